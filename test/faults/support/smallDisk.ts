import { spawnSync } from "node:child_process";
import { appendFileSync, rmSync } from "node:fs";
import type { Trial } from "./trial.ts";

const MEGABYTES = 48;
/** A mount namespace that ends with the process. It needs no superuser if the system allows user namespaces. */
const ALONE = ["unshare", "--map-root-user", "--mount"];
const MOUNT = `mount -t tmpfs -o size=${MEGABYTES}m tmpfs "$0"`;

/** A disk under a trial's server that can be filled up and freed. */
export interface SmallDisk {
  /** The `prefix` of `TrialOptions`. */
  readonly prefix: (folder: string) => readonly string[];
  fill(run: Trial): void;
  free(run: Trial): void;
}

/** A small disk. If this process may not mount one: the system's disk, with a limit on the size of files. */
export function smallDisk(folder: string): SmallDisk {
  const [command = "", ...args] = [...ALONE, "sh", "-c", MOUNT, folder];
  return spawnSync(command, args).status === 0 ? ownDisk : limitedFiles;
}

const ownDisk: SmallDisk = {
  prefix: (folder) => [...ALONE, "sh", "-c", `${MOUNT} && exec "$@"`, folder],
  fill(run) {
    try {
      for (;;) appendFileSync(ballastOf(run), Buffer.alloc(4_096));
    } catch {
      // The disk is full.
    }
  },
  free: (run) => rmSync(ballastOf(run)),
};

/** The file that fills the disk, as this process sees it, which is outside of the mount namespace. */
function ballastOf({ server, folder }: Trial): string {
  return `/proc/${server.pid}/root${folder}/ballast`;
}

const limitedFiles: SmallDisk = {
  prefix: () => [],
  // One byte, because a write-ahead log is overwritten from its beginning, and would reach a higher limit late.
  fill: ({ server }) => limit(server.pid, "1"),
  free: ({ server }) => limit(server.pid, "unlimited"),
};

/** Sets the soft limit alone, which may be raised again. */
function limit(pid: number, bytes: string): void {
  const { status, stderr } = spawnSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`], { encoding: "utf8" });
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}
