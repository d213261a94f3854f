import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../run.ts";
import type { Check } from "./check.ts";

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly integrity?: string; readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >;
}

/**
 * The lock file has the packages of every platform, each with the hash of its content. `npm install` silently leaves
 * out a package that the registry does not have, and `npm ci` then fails on every machine.
 */
export const lockCheck: Check = {
  name: "lock file complete (package-lock.json)",
  async run() {
    const { packages }: Lock = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.entries(optionalDependencies)
        .filter(([name]) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages))
        .map(([name, version]) => `${name} ${version}, which ${path || "package.json"} requires, is missing`),
    );
    if (missing.length > 0) {
      const hint = "npm ci will fail: choose a version that has all its packages";
      return { kind: "failed", output: missing.join("\n"), hint };
    }
    const unverified = Object.entries(packages)
      .filter(([path, { integrity }]) => path !== "" && integrity === undefined)
      .map(([path]) => `${path} has no integrity`);
    if (unverified.length === 0) return { kind: "ok" };
    const hint = "npm ci would not verify these: remove them from package-lock.json and run npm install";
    return { kind: "failed", output: unverified.join("\n"), hint };
  },
};
