import { spawnSync } from "node:child_process";
import { appendFileSync, rmSync } from "node:fs";
import type { Trial } from "./trial.ts";

const MEGABYTES = 48;
/** Gives a process its own mounts, without the superuser, if the system allows user namespaces. */
const OWN_MOUNTS = ["unshare", "--map-root-user", "--mount"];
const MOUNT = `mount -t tmpfs -o size=${MEGABYTES}m tmpfs "$0"`;

/** A disk for a trial's server that a test can fill and free. */
export interface SmallDisk {
  /** The command to put before the server's, for `TrialOptions`. */
  readonly prefix: (folder: string) => readonly string[];
  fill(run: Trial): void;
  free(run: Trial): void;
}

/** A disk of its own. If the system does not allow that: its disk, with a limit on the size of the server's files. */
export function smallDisk(folder: string): SmallDisk {
  const [command = "", ...args] = [...OWN_MOUNTS, "sh", "-c", MOUNT, folder];
  return spawnSync(command, args).status === 0 ? ownDisk : limitedFiles;
}

const ownDisk: SmallDisk = {
  prefix: (folder) => [...OWN_MOUNTS, "sh", "-c", `${MOUNT} && exec "$@"`, folder],
  fill(run) {
    try {
      for (;;) appendFileSync(ballastOf(run), Buffer.alloc(4_096));
    } catch {
      // The disk is full.
    }
  },
  free: (run) => rmSync(ballastOf(run)),
};

/** The path of the ballast file for this process, which does not have the mount. */
function ballastOf({ server, folder }: Trial): string {
  return `/proc/${server.pid}/root${folder}/ballast`;
}

const limitedFiles: SmallDisk = {
  prefix: () => [],
  // The limit is 1 byte, because SQLite overwrites the WAL from its beginning, so the file hardly grows.
  fill: ({ server }) => limit(server.pid, "1"),
  free: ({ server }) => limit(server.pid, "unlimited"),
};

/** Sets the soft limit only, because it can be raised again. */
function limit(pid: number, bytes: string): void {
  const { status, stderr } = spawnSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`], { encoding: "utf8" });
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}
