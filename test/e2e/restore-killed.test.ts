import { spawnSync } from "node:child_process";
import { cp } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";
import { backUpSqliteStore } from "../../src/server/engines/sqlite/maintenance/backup.ts";
import { useFolder } from "../support/folder.ts";
import { readLog } from "../support/store.ts";
import { draft, enlist, range } from "../support/storeFixture.ts";
import { needsStrace } from "../support/strace.ts";
import { PROGRAM, plainEnvironment } from "../support/terminal.ts";

/** The system calls that change the disk. Each round lets one more of them through before the kill. */
const CALLS = [
  ["pwrite64", 23],
  ["fsync,fdatasync", 1],
  ["rename,renameat,renameat2", 1],
  ["link,linkat", 1],
  ["unlink,unlinkat", 1],
] as const;
type Call = (typeof CALLS)[number];
/** The rename that puts the restored store in the place of the old one. */
const RENAME = CALLS.filter(([calls]) => calls.startsWith("rename"));
/** More calls than a restore makes. */
const NEVER = 10_000;

describe("obrolan restore that is killed with kill -9", function () {
  this.timeout(600_000);
  const folder = useFolder();
  const inFolder = (name: string) => path.join(folder.path, name);

  /** A folder with 5 messages in the file and 5 in the WAL, as `kill -9` leaves it, and a backup of the first 3. */
  async function prepare(): Promise<void> {
    const data = inFolder("running");
    for (const [count, file] of [
      [3, "backup.db"],
      [2, undefined],
    ] as const) {
      const store = await openSqliteStore({ folder: data });
      const ana = await enlist(store, "ana");
      await store.log.append(range(1, count).map((i) => draft(ana, `${i}`)));
      await store.close();
      if (file !== undefined) await backUpSqliteStore({ folder: data, file: inFolder(file) });
    }
    const store = await openSqliteStore({ folder: data });
    const bob = await enlist(store, "bob");
    await store.log.append(range(1, 5).map((i) => draft(bob, `${i}`)));
    await cp(data, inFolder("old"), { recursive: true });
    await store.close();
  }

  /** Restores the backup; the kill replaces the call. Resolves with whether the restore reached its end. */
  function restore(data: string, calls: string, when: number): boolean {
    const kill = ["-f", "-qq", "-e", `trace=${calls}`, "-e", `inject=${calls}:signal=SIGKILL:when=${when}`];
    const { status, signal, stderr } = spawnSync(
      "strace",
      [...kill, "-o", "/dev/null", process.execPath, PROGRAM, "restore", "--data", data, inFolder("backup.db")],
      { encoding: "utf8", env: plainEnvironment({ NODE_DISABLE_COMPILE_CACHE: "1" }), timeout: 60_000 },
    );
    if (status !== 0) expect([signal, status], stderr).to.satisfy(wasKilled);
    return status === 0;
  }

  it("a restore that is killed at a rename leaves the old or the new store, and the next one works", async function () {
    needsStrace(this);
    const found = await killAt(RENAME);
    expect(found.old).to.be.greaterThan(0);
    expect(found.new).to.be.greaterThan(0);
  });

  it("a restore that is killed at any disk call leaves the old or the new store, and the next one works @long", async function () {
    needsStrace(this);
    const found = await killAt(CALLS);
    expect(found.old).to.be.greaterThan(5);
    expect(found.new).to.be.greaterThan(CALLS.length);
  });

  /** Kills a restore at each of these calls. Resolves with how often it left the old and the new store. */
  async function killAt(all: readonly Call[]): Promise<{ old: number; new: number }> {
    await prepare();
    const old = await readLog(inFolder("running"));
    expect(old.headId).to.equal(10);
    const found = { old: 0, new: 0 };
    for (const [calls, stride] of all) {
      let isThrough = false;
      for (let when = 1; !isThrough; when += stride) {
        const data = inFolder(`${calls}-${when}`);
        await cp(inFolder("old"), data, { recursive: true });
        isThrough = restore(data, calls, when);
        // Half of the folders go to the next restore, which finds what the killed one left.
        if (!isThrough && when % 2 === 0) expect(restore(data, calls, NEVER)).to.equal(true);
        const { logId, messages } = await readLog(data);
        const which = logId === old.logId ? "old" : "new";
        found[which] += 1;
        expect(messages, `${calls} ${when}`).to.deep.equal(which === "old" ? old.messages : old.messages.slice(0, 3));
        if (isThrough || when % 2 === 0) expect(which, `${calls} ${when}, to its end`).to.equal("new");
      }
    }
    return found;
  }
});

function wasKilled([signal, status]: unknown[]): boolean {
  return signal === "SIGKILL" || status === 137;
}
