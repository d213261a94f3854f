import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import path from "node:path";
import { expect } from "chai";
import { useFolder } from "../support/folder.ts";
import { range } from "../support/storeFixture.ts";
import { needsStrace } from "../support/strace.ts";

const script = (name: string) => path.join(import.meta.dirname, name);

/** What a process has printed as JSON. Throws if the process failed. */
function said({ status, stdout, stderr }: SpawnSyncReturns<string>) {
  if (status !== 0) throw new Error(`the process ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Runs shell commands in which `$1` is the folder, `$2` Node and `$3` the script; `before` starts the shell. */
function run(commands: string, folder: string, file: string, before: readonly string[] = []) {
  const [command = "", ...args] = [...before, "sh", "-c", commands, "sh", folder, process.execPath, script(file)];
  return spawnSync(command, args, { encoding: "utf8", timeout: 25_000 });
}

describe("A full disk", () => {
  const folder = useFolder();
  /** Starts a process with mounts of its own, which end with it. Needs no superuser if the system permits that. */
  const ALONE = ["unshare", "--map-root-user", "--mount"];
  const MOUNT = 'mount -t tmpfs -o size=2m tmpfs "$1"';

  it("a full disk refuses appends, loses nothing, and accepts appends when there is space again", function () {
    if (run(MOUNT, folder.path, "fullDisk.ts", ALONE).status !== 0) {
      if (this.test) this.test.title += " (skipped: this system does not permit mounting a small disk)";
      this.skip();
    }
    const story = said(run(`${MOUNT} && exec "$2" "$3" "$1"`, folder.path, "fullDisk.ts", ALONE));
    const last = story.accepted.length;
    expect(story.accepted).to.deep.equal(range(1, last));
    expect([story.refused, story.again]).to.deep.equal([["StoreUnavailable"], ["StoreUnavailable"]]);
    expect(story.whileFull.state).to.include({ headId: last, oldestId: 1 });
    expect(story.whileFull.ids).to.deep.equal(range(1, last));
    expect(story.lost).to.equal(null);
    expect(story.account).to.equal("StoreUnavailable");
    expect(story.after).to.deep.equal(range(last + 1, last + 10));
    expect(story.reopened).to.deep.equal(range(1, last + 10));
  });
});

describe("A disk on which a file cannot grow any more", () => {
  const folder = useFolder();

  it("a store whose file cannot grow refuses a large append, and then accepts a small one", function () {
    if (process.platform === "win32") this.skip();
    // The limit is 450 or 900 KB, depending on the unit of the shell: at most one text of 600 KB fits.
    const story = said(run('ulimit -f 900 && exec "$2" "$3" "$1" 20 600000', folder.path, "brokenDisk.ts"));
    const accepted = story.outcomes.filter((outcome: unknown) => typeof outcome === "number");
    expect(story.outcomes).to.include("StoreUnavailable").and.not.include("OutcomeUnknown");
    expect(accepted).to.deep.equal(range(1, accepted.length));
    expect(story.known).to.equal(null);
    expect(story.again).to.equal(accepted.length + 1);
    expect(story.ids).to.deep.equal(range(1, accepted.length + 1));
  });
});

describe("A disk that fails to sync a commit", () => {
  const folder = useFolder();

  it("an append whose sync fails has an unknown outcome, and the next call works on a new worker", function () {
    needsStrace(this);
    // The worker makes about twelve syncs when it starts, and one for each append, so its 20th is one of a commit. The
    // next worker makes less than 20.
    const fault = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO:when=20"];
    const strace = ["strace", "-f", "-qq", "-o", "/dev/null", ...fault];
    const story = said(run('exec "$2" "$3" "$1" 14 10', folder.path, "brokenDisk.ts", strace));
    const accepted = story.outcomes.filter((outcome: unknown) => typeof outcome === "number");
    expect(accepted).to.deep.equal(range(1, 13));
    expect(story.outcomes).to.include("OutcomeUnknown");
    expect(story.threads).to.equal(3);
    expect(story.known, "the lost message").to.equal(null);
    expect(story.again).to.equal(14);
    expect(story.ids).to.deep.equal(range(1, 14));
  });
});
