import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { mkdir, readFile, rename, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";
import { backUpSqliteStore } from "../../src/server/engines/sqlite/maintenance/backup.ts";
import { restoreSqliteStore } from "../../src/server/engines/sqlite/maintenance/restore.ts";
import { useFolder } from "../support/folder.ts";
import { readLog } from "../support/store.ts";
import { draft, enlist, range } from "../support/storeFixture.ts";
import { needsStrace } from "../support/strace.ts";
import { PROGRAM, plainEnvironment } from "../support/terminal.ts";

const SENTENCE = /^[^\n]+$/;

describe("A start on a data folder that shows signs of a lost store", () => {
  const folder = useFolder();
  const data = () => path.join(folder.path, "data");
  const inData = (name: string) => path.join(data(), name);
  const backup = () => path.join(folder.path, "backup.db");

  /** A closed store with 5 messages, its backup, and the WAL that it had while it was open. */
  async function prepare(): Promise<void> {
    const store = await openSqliteStore({ folder: data() });
    const ana = await enlist(store, "ana");
    await store.log.append(range(1, 5).map((i) => draft(ana, `${i}`)));
    await backUpSqliteStore({ folder: data(), file: backup() });
    const wal = await readFile(inData("obrolan.db-wal"));
    await store.close();
    await writeFile(path.join(folder.path, "wal"), wal);
  }

  const wal = (name: string) => rename(path.join(folder.path, "wal"), inData(name));

  /** Expects that neither a server nor a backup accepts the folder, or changes it. Resolves with the server's error. */
  async function whyNot(): Promise<string> {
    const names = existsSync(data()) ? readdirSync(data()) : [];
    const opened = await openSqliteStore({ folder: data() }).catch((error: Error) => error);
    if (!(opened instanceof Error)) {
      await opened.close();
      throw new Error("the store was opened");
    }
    expect(opened.message).to.match(SENTENCE);
    expect(existsSync(data()) ? readdirSync(data()) : []).to.deep.equal(names);
    const backedUp = await backUpSqliteStore({ folder: data(), file: `${backup()}.2` }).catch((error: Error) => error);
    expect((backedUp as Error).message).to.match(/has lost its store|symbolic link|There is no (data folder|store)/);
    expect(existsSync(`${backup()}.2`)).to.equal(false);
    return opened.message;
  }

  const LOST: [string, () => Promise<unknown> | unknown, RegExp][] = [
    [
      "a lock file without obrolan.db",
      () => rmSync(inData("obrolan.db")),
      /data has lost its store: obrolan\.db is not there, but obrolan\.lock is\. .*restore .*remove obrolan\.lock,/,
    ],
    [
      "a WAL without obrolan.db",
      async () => {
        await wal("obrolan.db-wal");
        for (const name of ["obrolan.db", "obrolan.lock"]) rmSync(inData(name));
      },
      /obrolan\.db is not there, but obrolan\.db-wal is\. .*remove obrolan\.db-wal,/,
    ],
    [
      "an empty obrolan.db in a folder that had a store",
      () => truncate(inData("obrolan.db")),
      /has lost its store: obrolan\.db is empty, but a store was made there before/,
    ],
    [
      "an empty obrolan.db with a WAL",
      async () => {
        await wal("obrolan.db-wal");
        await truncate(inData("obrolan.db"));
        rmSync(inData("obrolan.lock"));
      },
      /has lost its store: obrolan\.db is empty/,
    ],
    [
      "an obrolan.db that is a link to nowhere",
      () => {
        rmSync(inData("obrolan.db"));
        symlinkSync("/no/such/disk/obrolan.db", inData("obrolan.db"));
      },
      /obrolan\.db is a symbolic link to \/no\/such\/disk\/obrolan\.db, which is not there: is a disk not mounted\?/,
    ],
  ];
  for (const [what, lose, sentence] of LOST) {
    it(`a start on ${what} changes nothing and says what to do, and a restore repairs it`, async () => {
      await prepare();
      const before = await readLog(data());
      await lose();
      expect(await whyNot()).to.match(sentence);
      if (what.includes("link")) rmSync(inData("obrolan.db"));
      await restoreSqliteStore({ folder: data(), file: backup() });
      expect((await readLog(data())).messages).to.deep.equal(before.messages);
    });
  }

  it("a start on a folder that is a link to nowhere is refused, and the error names the link", async () => {
    symlinkSync("/no/such/disk", data());
    expect(await whyNot()).to.match(/data is a symbolic link to \/no\/such\/disk, which is not there/);
  });

  it("a start succeeds if obrolan.db is a link to an existing file", async () => {
    await prepare();
    const elsewhere = path.join(folder.path, "elsewhere");
    await mkdir(elsewhere);
    await rename(inData("obrolan.db"), path.join(elsewhere, "store"));
    symlinkSync(path.join(elsewhere, "store"), inData("obrolan.db"));
    const store = await openSqliteStore({ folder: data() });
    await store.log.append([draft(await enlist(store, "bob"), "6")]);
    expect(readdirSync(elsewhere)).to.include("store-wal");
    await store.close();
    expect((await readLog(data())).headId).to.equal(6);
  });

  it("a start refuses the database of another program, and leaves it unchanged", async () => {
    await mkdir(data());
    for (const journal of ["DELETE", "WAL"]) {
      const db = new DatabaseSync(inData("obrolan.db"));
      db.exec(`PRAGMA journal_mode = ${journal}; DROP TABLE IF EXISTS cats; CREATE TABLE cats (name TEXT);`);
      db.close();
      const was = await readFile(inData("obrolan.db"));
      const opened = await openSqliteStore({ folder: data() }).catch((error: Error) => error);
      expect(opened).to.be.instanceOf(Error);
      expect((opened as Error).message).to.match(
        /obrolan\.db is not an Obrolan store, but a database of another program: .*--data/,
      );
      expect((await readFile(inData("obrolan.db"))).equals(was)).to.equal(true);
    }
  });

  it("a start fails on a damaged lock file, which the error names, and succeeds without it", async () => {
    await prepare();
    await writeFile(inData("obrolan.lock"), "no database\n".repeat(1_000));
    const opened = await openSqliteStore({ folder: data() }).catch((error: Error) => error);
    expect((opened as Error).message).to.match(/obrolan\.lock: file is not a database\): remove obrolan\.lock/);
    rmSync(inData("obrolan.lock"));
    expect((await readLog(data())).headId).to.equal(5);
  });

  it("a start on a read-only file system fails, and the error says so", async function () {
    await prepare();
    const mount =
      'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 9; "$2" "$3" serve --listen 127.0.0.1:0 --data "$1"';
    const args = ["--map-root-user", "--mount", "sh", "-c", mount, "sh", data(), process.execPath, PROGRAM];
    const { status, stderr } = spawnSync("unshare", args, {
      encoding: "utf8",
      env: plainEnvironment(),
      timeout: 30_000,
    });
    if (status !== 1) {
      if (this.test) this.test.title += " (skipped: this system does not permit mounting a read-only folder)";
      this.skip();
    }
    expect(stderr).to.match(
      /^obrolan: The data folder .*data cannot be written: EROFS: .* Take another one with --data\.\n$/,
    );
  });
});

describe("A restore into a new folder", () => {
  const folder = useFolder();

  it("a restore that is refused leaves a new folder in which a server starts", async () => {
    const damaged = path.join(folder.path, "damaged.db");
    const store = await openSqliteStore({ folder: path.join(folder.path, "old") });
    const ana = await enlist(store, "ana");
    await store.log.append(range(1, 5).map((i) => draft(ana, `${i}`)));
    await backUpSqliteStore({ folder: path.join(folder.path, "old"), file: damaged });
    await store.close();
    const db = new DatabaseSync(damaged);
    db.exec("DELETE FROM entries WHERE id = 3");
    db.close();
    const data = path.join(folder.path, "data");
    const refused = await restoreSqliteStore({ folder: data, file: damaged }).catch((error: Error) => error);
    expect((refused as Error).message).to.match(/damaged: messages are missing/);
    expect((await readLog(data)).headId).to.equal(0);
  });
});

describe("A first start on a new data folder", function () {
  this.timeout(300_000);
  const folder = useFolder();

  it("a start succeeds after a first start that was killed at a sync, or failed without space", async function () {
    needsStrace(this);
    const outcomes = await injectFaults([["fsync,fdatasync", 3]], 7);
    expect(outcomes.get("signal=SIGKILL")).to.be.greaterThan(0);
    expect(outcomes.get("error=ENOSPC")).to.be.greaterThan(0);
  });

  it("a start succeeds after a first start that was killed, or failed without space @long", async function () {
    needsStrace(this);
    const outcomes = await injectFaults([
      ["openat", 5],
      ["pwrite64", 9],
      ["fsync,fdatasync", 3],
      ["unlink,unlinkat", 1],
    ]);
    expect(outcomes.get("signal=SIGKILL")).to.be.greaterThan(8);
    expect(outcomes.get("error=ENOSPC")).to.be.greaterThan(3);
  });

  /**
   * Injects a fault into each of many first starts: into every `stride`th of these system calls, up to the call number
   * `before`. Expects that another start then succeeds. Resolves with how many first starts each fault has ended.
   */
  async function injectFaults(
    all: readonly (readonly [calls: string, stride: number])[],
    before = 200,
  ): Promise<Map<string, number>> {
    const script = path.join(import.meta.dirname, "../support/firstStart.ts");
    const outcomes = new Map<string, number>();
    for (const [calls, stride] of all) {
      for (const fault of ["signal=SIGKILL", "error=ENOSPC"]) {
        // strace counts only calls for the data folder (-P), because Node itself opens hundreds of files.
        for (let when = stride, isThrough = false; !isThrough && when < before; when += stride) {
          const data = path.join(folder.path, `${calls}-${fault}-${when}`);
          const files = ["obrolan.db", "obrolan.db-wal", "obrolan.db-shm", "obrolan.db-journal", "obrolan.lock"];
          const paths = [data, ...files.map((name) => path.join(data, name))].flatMap((name) => ["-P", name]);
          const inject = ["-f", "-qq", ...paths, "-e", `trace=${calls}`, "-e", `inject=${calls}:${fault}:when=${when}`];
          const { status } = spawnSync("strace", [...inject, "-o", "/dev/null", process.execPath, script, data], {
            encoding: "utf8",
            timeout: 60_000,
          });
          isThrough = status === 0;
          outcomes.set(fault, (outcomes.get(fault) ?? 0) + (isThrough ? 0 : 1));
          const store = await openSqliteStore({ folder: data });
          await store.log.append([draft(await enlist(store, "ana"), "hello")]);
          await store.close();
          expect((await readLog(data)).headId, `${calls} ${fault} ${when}`).to.equal(1);
        }
      }
    }
    return outcomes;
  }
});
