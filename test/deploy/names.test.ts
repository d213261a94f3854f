import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { clientSettings } from "../../src/cli/config.ts";
import { envOf } from "../../src/config/names.ts";
import { serverSettings } from "../../src/server/config.ts";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

/** The pages and configuration files that say how to run a server. */
function files(): string[] {
  const pages = readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md"));
  return [
    "README.md",
    "Dockerfile",
    "compose.yaml",
    "deploy/haproxy.cfg",
    "deploy/nats.conf",
    ...pages.map((name) => `docs/${name}`),
  ];
}

describe("The names in the files for running a server", () => {
  it("every OBROLAN_ variable in the docs and deployment files is a setting", () => {
    const known = new Set([...Object.keys(serverSettings), ...Object.keys(clientSettings), "config"].map(envOf));
    const named = files().flatMap((file) =>
      [...read(file).matchAll(/\bOBROLAN_[A-Z_]+[A-Z]/g)].map(([name]) => ({ file, name })),
    );
    expect(named).to.have.length.greaterThan(20);
    expect(named.filter(({ name }) => !known.has(name))).to.deep.equal([]);
  });

  it("every file and folder that compose.yaml mounts exists", () => {
    const mounted = [...read("compose.yaml").matchAll(/"(\.\/[^":]+):[^"]+"/g)].map(([, file = ""]) => file);
    expect(mounted).to.have.members(["./deploy/nats.conf", "./deploy"]);
    for (const file of mounted) expect(existsSync(path.join(root, file)), file).to.equal(true);
  });

  it("every variable that compose.yaml sets for the proxy is used in its configuration", () => {
    const config = read("deploy/haproxy.cfg");
    const proxy = /^ {2}proxy:\n(.*?)\n\n/ms.exec(read("compose.yaml"))?.[1] ?? "";
    const set = [...proxy.matchAll(/^ {6}([A-Z][A-Z_0-9]+):/gm)].map(([, name]) => name);
    expect(set).to.include.members(["PROXY_DNS", "NODE_1", "NODE_2", "NODE_3"]);
    for (const name of set) expect(config, name).to.include(`"\${${name}}"`);
  });
});
