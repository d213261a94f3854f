import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../run.ts";
import type { Check } from "./check.ts";

interface Lock {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

/**
 * The lock file has every platform's packages. `npm install` leaves out those that the registry does not have, and says
 * nothing; `npm ci` then fails, on every machine.
 */
export const lockCheck: Check = {
  name: "lock file whole (package-lock.json)",
  async run() {
    const { packages }: Lock = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));
    const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
      Object.entries(optionalDependencies)
        .filter(([name]) => !(`node_modules/${name}` in packages) && !(`${place}/node_modules/${name}` in packages))
        .map(([name, version]) => `${name} ${version}, which ${place || "package.json"} asks for, is missing`),
    );
    if (missing.length === 0) return { kind: "ok" };
    return { kind: "failed", output: missing.join("\n"), hint: "npm ci will fail: take a version that is whole" };
  },
};
