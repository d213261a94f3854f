import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { allDeclarations, reachableDeclarations } from "../../scripts/declarations.ts";
import { Copy } from "./copy.ts";

const program = "node_modules/obrolan/bin/obrolan.js";

describe("The published package @long", function () {
  // Packing includes a build, on a machine that may be busy.
  this.timeout(120_000);
  let copy: Copy;

  const modules = () => copy.path("installed/node_modules");

  /** Packs the package, and unpacks it into `installed/`, with links to its dependencies except for development. */
  before(async () => {
    copy = await Copy.make();
    const packed = await copy.run("npm", "pack");
    expect(packed.code, packed.output).to.equal(0);
    const { dependencies, version } = JSON.parse(await readFile(copy.path("package.json"), "utf8"));
    await mkdir(path.join(modules(), "obrolan"), { recursive: true });
    const tarball = `obrolan-${version}.tgz`;
    const unpacked = await copy.run(
      "tar",
      "-xzf",
      tarball,
      "-C",
      path.join(modules(), "obrolan"),
      "--strip-components=1",
    );
    expect(unpacked.code, unpacked.output).to.equal(0);
    for (const name of Object.keys(dependencies)) {
      await mkdir(path.dirname(path.join(modules(), name)), { recursive: true });
      await symlink(copy.path(`node_modules/${name}`), path.join(modules(), name), "dir");
    }
  });
  after(() => copy.remove());

  /** Runs a file below `installed/`. */
  function run(file: string, ...args: string[]) {
    return copy.run(process.execPath, path.join("installed", file), ...args);
  }

  it("the published package exports the client library with types: the README's example compiles", async () => {
    const readme = await readFile(path.join(modules(), "obrolan/README.md"), "utf8");
    const [, example = ""] = /^```ts\n(.*?)^```$/ms.exec(readme) ?? [];
    expect(example).to.include('from "../../src/client/index.ts"; // in a project of your own: "obrolan/client"');
    await writeFile(copy.path("installed/example.ts"), example.replace("../../src/client/index.ts", "obrolan/client"));
    const flags = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2024",
      "--types",
      "",
      "--ignoreConfig",
    ];
    const checked = await copy.run("node_modules/.bin/tsc", ...flags, "installed/example.ts");
    expect(checked.code, checked.output).to.equal(0);

    await writeFile(
      copy.path("installed/import.ts"),
      'console.log(Object.keys(await import("obrolan/client")).join());\n',
    );
    expect((await run("import.ts")).output.trim().split(",")).to.include("connect");
  });

  it("the published package has only declaration files that its exports reach", async () => {
    const dist = path.join(modules(), "obrolan/dist");
    const reached = await reachableDeclarations(path.join(dist, "client/index.d.ts"));
    const all = await allDeclarations(dist);
    expect(all.sort()).to.deep.equal([...reached].sort());
  });

  it("the published package has every file that its Markdown files link to", async () => {
    const folder = path.join(modules(), "obrolan");
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".md"));
    expect(names).to.include.members(["README.md", "CHANGELOG.md", "docs/protocol.md"]);
    const dead: string[] = [];
    for (const name of names) {
      const text = await readFile(path.join(folder, name), "utf8");
      for (const [, target = ""] of text.matchAll(/\]\(([^)\s#]+)[^)\s]*\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        if (!existsSync(path.join(folder, path.dirname(name), target))) dead.push(`${name} links to ${target}`);
      }
    }
    expect(dead).to.deep.equal([]);
  });

  it("the program of the published package shows its usage", async () => {
    const { code, output } = await run(program, "--help");
    expect(code, output).to.equal(0);
    expect(output).to.match(/^Usage: obrolan/);
  });

  it("the server of the published package serves with reflection, and ends on SIGTERM", async () => {
    const args = [copy.path(`installed/${program}`), "serve", "--listen", "127.0.0.1:0", "--data", copy.path("data")];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    try {
      const port = await new Promise<string>((resolve, reject) => {
        let said = "";
        const listen = (text: Buffer) => {
          said += text;
          const address = /127\.0\.0\.1:(\d*[1-9]\d*)/.exec(said);
          if (address?.[1]) resolve(address[1]);
        };
        child.stdout.on("data", listen);
        child.stderr.on("data", listen);
        child.once("close", () => reject(new Error(`the server ended: ${said}`)));
      });
      const buf = ["curl", "--protocol", "grpc", "--http2-prior-knowledge", "--list-methods"];
      const { output } = await copy.run("node_modules/.bin/buf", ...buf, `http://127.0.0.1:${port}`);
      expect(output).to.include("obrolan.v1.ChatService/Chat");
    } finally {
      if (child.exitCode === null && child.kill("SIGTERM")) await once(child, "close");
    }
    expect(child.exitCode).to.equal(0);
  });
});
