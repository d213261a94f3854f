import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire, flushCompileCache } from "node:module";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../../config/index.ts";

/** How Bun names a system and a processor in the names of its packages. */
const SYSTEMS: Readonly<Record<string, readonly string[]>> = {
  darwin: ["darwin"],
  linux: ["linux", "linux-musl"],
  win32: ["windows"],
};
const PROCESSORS: Readonly<Record<string, string>> = { arm64: "aarch64", x64: "x64" };

/** How long `bun --version` may take. It takes 10 ms. */
const PROBE_TIMEOUT_MS = 10_000;
const ON_NODE = "Without --runtime the server runs on Node";
const FORWARDED: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR2"];

/** The path of Bun's own configuration: bin/bunfig.toml. */
const CONFIG = fileURLToPath(new URL("../../../bin/bunfig.toml", import.meta.url));
const MANIFEST = new URL("../../../package.json", import.meta.url);

/** Where to look for Bun. The defaults are those of this process. */
export interface BunPlace {
  readonly platform?: string;
  readonly arch?: string;
  /** Returns the path of a file of a package. Throws if the package is not installed. */
  readonly resolve?: (file: string) => string;
}

/**
 * Runs this program, with the same arguments, on Bun instead of Node.js. The process stays the same one: its id, its
 * parent and its files. On Windows, where that is impossible, Bun is a child process, and the promise resolves with its
 * exit code. Throws a `ConfigError` with the remedy if Bun cannot be run.
 */
export async function continueOnBun(place: BunPlace = {}): Promise<number> {
  const file = findBun(place);
  const [, program = "", ...rest] = process.argv;
  const args = [`--config=${CONFIG}`, program, ...rest];
  if (process.execve === undefined || process.platform === "win32") return runAsChild(file, args);
  // Node.js writes what it has compiled at its exit, which does not come.
  flushCompileCache();
  return process.execve(file, [file, ...args], process.env);
}

/** Finds Bun and tries it. Returns its path. Throws a `ConfigError` with the remedy. */
export function findBun({ platform = process.platform, arch = process.arch, resolve = resolveHere }: BunPlace): string {
  const names = packagesFor(platform, arch);
  const [first] = names;
  if (first === undefined) {
    throw new ConfigError([`--runtime bun: Obrolan has no Bun for ${platform} on ${arch}. ${ON_NODE}.`]);
  }
  const executable = platform === "win32" ? "bin/bun.exe" : "bin/bun";
  const file = names.map((name) => tryResolve(`${name}/${executable}`, resolve)).find((path) => path !== undefined);
  if (file === undefined) {
    throw new ConfigError([
      `--runtime bun: the optional package ${first} is not installed. Install Obrolan's packages again, without --omit=optional (in a clone: npm ci). ${ON_NODE}.`,
    ]);
  }
  checkBunVersion(probe(file));
  return file;
}

/** Throws a `ConfigError` if this is not the version of Bun that the tests passed with. */
export function checkBunVersion(version: string): void {
  const tested = testedVersion();
  if (version === tested) return;
  throw new ConfigError([
    `--runtime bun: this is Bun ${version}, and this version of Obrolan is tested with Bun ${tested} alone. Install Obrolan's packages again (in a clone: npm ci). ${ON_NODE}.`,
  ]);
}

/** The packages that may have Bun for a platform. npm installs the one for the C library of the machine. */
function packagesFor(platform: string, arch: string): string[] {
  const processor = PROCESSORS[arch];
  if (processor === undefined) return [];
  return (SYSTEMS[platform] ?? []).map((system) => {
    const [name, ...library] = system.split("-");
    return ["@oven/bun", name, processor, ...library].join("-");
  });
}

function resolveHere(file: string): string {
  return createRequire(import.meta.url).resolve(file);
}

function tryResolve(file: string, resolve: (file: string) => string): string | undefined {
  try {
    return resolve(file);
  } catch {
    return undefined;
  }
}

/** Runs `bun --version`: a failed `execve` would abort this process with a stack trace instead of a sentence. */
function probe(file: string): string {
  const { error, status, signal, stdout } = spawnSync(file, ["--version"], {
    encoding: "utf8",
    timeout: PROBE_TIMEOUT_MS,
  });
  if (status === 0) return stdout.trim();
  const why = error?.message ?? (signal === null ? `it ended with ${status}` : `${signal} ended it`);
  throw new ConfigError([`--runtime bun: ${file} cannot be run on this machine (${why}). ${ON_NODE}.`]);
}

/** All packages of Bun have the same exact version in package.json. */
function testedVersion(): string {
  const { optionalDependencies } = JSON.parse(readFileSync(MANIFEST, "utf8")) as {
    optionalDependencies: Record<string, string>;
  };
  return optionalDependencies["@oven/bun-linux-x64"] ?? "";
}

/** Runs a program as a child process that has this one's streams and gets its signals. Resolves with its exit code. */
export async function runAsChild(file: string, args: readonly string[]): Promise<number> {
  const forward = (signal: NodeJS.Signals) => {
    // A terminal sends Ctrl-C to both processes; a second SIGINT would end the server without a drain.
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  // Before the child starts: until then a signal would end this process, and the child would go on without it.
  for (const signal of FORWARDED) process.on(signal, forward);
  const child = spawn(file, args, { stdio: "inherit" });
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal as NodeJS.Signals]));
    });
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}
