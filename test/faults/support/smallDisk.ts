import { spawnSync } from "node:child_process";
import { appendFileSync, rmSync } from "node:fs";
import type { Trial } from "./trial.ts";

const MEGABYTES = 48;
/** Mounts of its own, which end with the process: no superuser needed where the system lets users have them. */
const ALONE = ["unshare", "--map-root-user", "--mount"];
const MOUNT = `mount -t tmpfs -o size=${MEGABYTES}m tmpfs "$0"`;

/** A disk under a trial's server that can be filled up and freed. */
export interface SmallDisk {
  /** For `TrialOptions`. */
  readonly prefix: (folder: string) => readonly string[];
  fill(run: Trial): void;
  free(run: Trial): void;
}

/** A disk of its own, or, where nobody may mount one, the system's, with a limit on how far the server may write. */
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
      // It is full.
    }
  },
  free: (run) => rmSync(ballastOf(run)),
};

/** As this process sees it, which has not mounted it. */
function ballastOf({ server, folder }: Trial): string {
  return `/proc/${server.pid}/root${folder}/ballast`;
}

const limitedFiles: SmallDisk = {
  prefix: () => [],
  // Next to nothing: a write-ahead log is written over from its beginning, and would take a while to grow.
  fill: ({ server }) => limit(server.pid, "1"),
  free: ({ server }) => limit(server.pid, "unlimited"),
};

/** Only the soft limit, which may be raised again. */
function limit(pid: number, bytes: string): void {
  const { status, stderr } = spawnSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`], { encoding: "utf8" });
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}
