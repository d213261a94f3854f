import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";

const root = path.resolve(import.meta.dirname, "../..");

/** The platforms of the server, as Bun names them. The packages `-baseline` have the same binary (seen for Linux). */
const PLATFORMS = [
  "darwin-aarch64",
  "darwin-x64",
  "linux-aarch64",
  "linux-aarch64-musl",
  "linux-x64",
  "linux-x64-musl",
  "windows-aarch64",
  "windows-x64",
];

interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly hasInstallScript?: boolean;
}

describe("The packages of Bun", () => {
  const read = async (name: string) => JSON.parse(await readFile(path.join(root, name), "utf8"));
  const locked = async (): Promise<[string, LockedPackage][]> =>
    Object.entries<LockedPackage>((await read("package-lock.json")).packages).filter(([name]) => /\bbun\b/.test(name));

  it("the packages of Bun are optional dependencies, one for each platform, of one exact version", async () => {
    const { optionalDependencies } = await read("package.json");
    expect(Object.keys(optionalDependencies)).to.deep.equal(PLATFORMS.map((platform) => `@oven/bun-${platform}`));
    const versions = new Set(Object.values<string>(optionalDependencies));
    expect([...versions]).to.have.length(1);
    expect([...versions][0]).to.match(/^\d+\.\d+\.\d+$/);
  });

  it("the lock file has the hash of each package of Bun, and none of them has an install script", async () => {
    const packages = await locked();
    expect(packages.map(([name]) => name)).to.deep.equal(PLATFORMS.map((name) => `node_modules/@oven/bun-${name}`));
    for (const [name, { integrity, hasInstallScript }] of packages) {
      expect(integrity, name).to.match(/^sha512-/);
      expect(hasInstallScript, name).to.equal(undefined);
    }
  });

  it("no two packages of Bun are for the same platform, so that npm installs one of them", async () => {
    const platforms = (await locked()).map(([, { os, cpu, libc }]) => [os, cpu, libc].flat().join(" "));
    expect(new Set(platforms).size, platforms.join(", ")).to.equal(PLATFORMS.length);
  });
});
