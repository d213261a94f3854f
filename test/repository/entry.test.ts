import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { useFolder } from "../support/folder.ts";

const root = path.resolve(import.meta.dirname, "../..");
const entry = "bin/obrolan.js";

/** A script that makes Node look like an older one to the modules that it loads later. */
const asOld = (version: string) =>
  `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });\n`;

describe("bin/obrolan.js", () => {
  const folder = useFolder();

  beforeEach(async () => {
    await write("package.json", '{ "type": "module" }');
    await write(entry, "");
    await copyFile(path.join(root, entry), path.join(folder.path, entry));
  });

  async function write(name: string, content: string) {
    await mkdir(path.dirname(path.join(folder.path, name)), { recursive: true });
    await writeFile(path.join(folder.path, name), content);
  }

  /** Stands in for the real program: prints the version of Node that it sees, and ends with exit code 7. */
  const program = "export const main = async () => { console.log(process.versions.node); return 7; };\n";
  const asCheckout = () => write("src/cli/main.ts", program);
  const asPackage = () => write("dist/cli/main.js", program);
  const withPackages = () => write("node_modules/commander/package.json", "{}");

  /** Runs the entry file with this Node, or with this Node posing as an older one. */
  async function run(version?: string): Promise<{ code: number; output: string }> {
    const args = [path.join(folder.path, entry)];
    if (version !== undefined) {
      await write("old.cjs", asOld(version));
      args.unshift("--require", path.join(folder.path, "old.cjs"));
    }
    return new Promise((resolve, reject) => {
      execFile(process.execPath, args, (error, stdout, stderr) => {
        if (error && typeof error.code !== "number") return reject(error);
        resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
      });
    });
  }

  it("bin/obrolan.js asks for npm ci in a checkout without node_modules, on a new Node", async () => {
    await asCheckout();
    const sentence = `obrolan: Obrolan's packages are not installed yet. Run "npm ci" in ${folder.path}\n`;
    expect(await run()).to.deep.equal({ code: 2, output: sentence });
  });

  it("bin/obrolan.js asks for npm ci in a checkout without node_modules, on an old Node", async () => {
    await asCheckout();
    const sentence = `obrolan: Obrolan's packages are not installed yet. Run "npm ci" in ${folder.path}\n`;
    expect(await run("18.20.8")).to.deep.equal({ code: 2, output: sentence });
  });

  it("bin/obrolan.js asks for npm ci in a checkout on an old Node without the pinned Node", async () => {
    await asCheckout();
    await withPackages();
    const sentence =
      "obrolan: This is Node 20.20.2, and Obrolan needs 22.18 or later. " +
      `"npm ci" installs one for this checkout: run it in ${folder.path}\n`;
    expect(await run("20.20.2")).to.deep.equal({ code: 2, output: sentence });
  });

  it("bin/obrolan.js runs a checkout on an old Node with the pinned Node, and keeps its exit code", async () => {
    await asCheckout();
    await withPackages();
    await mkdir(path.join(folder.path, "node_modules/.bin"), { recursive: true });
    await symlink(process.execPath, path.join(folder.path, "node_modules/.bin/node"));
    expect(await run("20.20.2")).to.deep.equal({ code: 7, output: `${process.versions.node}\n` });
  });

  it("bin/obrolan.js tells the user of the published package on an old Node to install a newer one", async () => {
    await asPackage();
    const sentence = "obrolan: This is Node 20.20.2, and Obrolan needs 22.18 or later. Install a newer Node.\n";
    expect(await run("20.20.2")).to.deep.equal({ code: 2, output: sentence });
  });

  it("bin/obrolan.js runs the published package on a new Node without node_modules of its own", async () => {
    await asPackage();
    expect(await run()).to.deep.equal({ code: 7, output: `${process.versions.node}\n` });
  });

  it("bin/obrolan.js uses no ?., ?? or top-level await, which Node 12 cannot parse", async () => {
    const text = await readFile(path.join(root, entry), "utf8");
    const code = text.replace(/^\s*\/\/.*$/gm, "");
    expect(code).to.not.match(/\?\.[^\d]|\?\?|^(const .* = )?await /m);
  });
});

describe("A checkout", function () {
  this.timeout(60_000);
  const folder = useFolder();

  for (const version of ["20.19.0", "22.12.0", "24.0.0"]) {
    it(`every package that npm ci installs allows Node ${version}`, async () => {
      for (const name of ["package.json", "package-lock.json"]) {
        await copyFile(path.join(root, name), path.join(folder.path, name));
      }
      const old = path.join(folder.path, "old.cjs");
      await writeFile(old, `${asOld(version)}Object.defineProperty(process, "version", { value: "v${version}" });\n`);
      // npm looks at `engines` before it fetches anything.
      const args = ["ci", "--dry-run", "--offline"];
      const env = { ...process.env, NODE_OPTIONS: `--require ${old}` };
      const { code, output } = await new Promise<{ code: number; output: string }>((resolve, reject) => {
        execFile("npm", args, { cwd: folder.path, env }, (error, stdout, stderr) => {
          if (error && typeof error.code !== "number") return reject(error);
          resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
        });
      });
      expect(code, output).to.equal(0);
      expect(output).to.not.include("EBADENGINE");
    });
  }
});
