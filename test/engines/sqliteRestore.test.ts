import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { chown, copyFile, mkdir, open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";
import { backUpSqliteStore } from "../../src/server/engines/sqlite/maintenance/backup.ts";
import { restoreSqliteStore } from "../../src/server/engines/sqlite/maintenance/restore.ts";
import { useFolder } from "../support/folder.ts";
import { readLog } from "../support/store.ts";
import { draft, enlist, range } from "../support/storeFixture.ts";

describe("Restoring an SQLite store", () => {
  const folder = useFolder();
  const data = () => path.join(folder.path, "data");
  const inFolder = (name: string) => path.join(folder.path, name);

  /** Appends `count` messages to the store. */
  async function append(count: number): Promise<void> {
    const store = await openSqliteStore({ folder: data() });
    const ana = await enlist(store, "ana");
    await store.log.append(range(1, count).map((i) => draft(ana, `${i} `.padEnd(500, "x"))));
    await store.close();
  }

  async function refusal(file: string): Promise<string> {
    return restoreSqliteStore({ folder: data(), file }).then(
      () => "restored",
      (error: Error) => error.message,
    );
  }

  async function overwrite(file: string, at: number, bytes: Buffer): Promise<void> {
    const handle = await open(file, "r+");
    await handle.write(bytes, 0, bytes.length, at);
    await handle.close();
  }

  function sql(file: string, statements: string): void {
    const db = new DatabaseSync(file);
    db.exec(statements);
    db.close();
  }

  it("a restore refuses a file that is not a complete, supported store, and changes nothing", async () => {
    await append(400);
    const good = inFolder("good.db");
    await backUpSqliteStore({ folder: data(), file: good });
    const { size } = statSync(good);
    const before = await readLog(data());
    const cases: [string, (file: string) => Promise<unknown> | unknown, RegExp][] = [
      [
        "text",
        (file) => writeFile(file, "dear diary\n".repeat(1_000)),
        /text is not an Obrolan store: file is not a database/,
      ],
      ["garbage", (file) => writeFile(file, randomBytes(50_000)), /garbage is not an Obrolan store/],
      ["empty", (file) => writeFile(file, ""), /empty is not an Obrolan store\./],
      ["other", (file) => sql(file, "CREATE TABLE meta (name TEXT, value TEXT)"), /other is not an Obrolan store\./],
      [
        "newer",
        async (file) => copyFile(good, file).then(() => sql(file, "PRAGMA user_version = 99")),
        /newer has schema version 99, and this Obrolan knows versions up to \d+: use a newer/,
      ],
      [
        "cut-short",
        async (file) => copyFile(good, file).then(() => truncate(file, size - 40_000)),
        /cut-short is damaged/,
      ],
      [
        "cut-to-its-head",
        async (file) => copyFile(good, file).then(() => truncate(file, 100)),
        /cut-to-its-head is (damaged|no store)/,
      ],
      [
        "bitten",
        async (file) =>
          copyFile(good, file).then(() => overwrite(file, Math.floor(size / 8192) * 4096, randomBytes(4_096))),
        /bitten is damaged/,
      ],
      [
        "not-like-its-index",
        async (file) => {
          await copyFile(good, file);
          // The username is in the table, and further on in the file in its index.
          await overwrite(file, (await readFile(file)).lastIndexOf("ana-"), Buffer.from("eva-"));
        },
        /not-like-its-index is damaged: .*missing from index/,
      ],
      [
        "with-a-hole",
        async (file) => copyFile(good, file).then(() => sql(file, "DELETE FROM entries WHERE id = 7")),
        /with-a-hole is damaged: messages are missing in the middle of the log/,
      ],
      [
        "without-people",
        async (file) => copyFile(good, file).then(() => sql(file, "PRAGMA foreign_keys = OFF; DELETE FROM accounts")),
        /without-people is damaged: rows refer to others/,
      ],
      ["a-folder", (file) => mkdir(file), /a-folder is not a regular file/],
      ["nothing", () => {}, /There is no file .*nothing/],
    ];
    for (const [name, make, sentence] of cases) {
      const file = inFolder(name);
      await make(file);
      const was = existsSync(file) && statSync(file).isFile() ? await readFile(file) : undefined;
      expect(await refusal(file), name).to.match(sentence);
      if (was !== undefined) expect((await readFile(file)).equals(was), `${name} as it was`).to.equal(true);
      expect(readdirSync(data()), name).to.have.members(["obrolan.db", "obrolan.lock"]);
      expect(
        readdirSync(folder.path).filter((other) => other.startsWith(`${name}-`)),
        name,
      ).to.deep.equal([]);
    }
    expect(await readLog(data())).to.deep.equal(before);
    expect(await refusal(good)).to.equal("restored");
  });

  it("each restore gives the log a new id, and the ids of messages continue after those of the backup", async () => {
    await append(5);
    const file = inFolder("backup.db");
    expect(await backUpSqliteStore({ folder: data(), file })).to.deep.equal({ oldestId: 1, headId: 5, accounts: 1 });
    const logIds = new Set([(await readLog(data())).logId]);
    for (const _ of range(1, 3)) {
      await restoreSqliteStore({ folder: data(), file });
      logIds.add((await readLog(data())).logId);
    }
    expect(logIds.size).to.equal(4);
    await append(1);
    expect((await readLog(data())).messages.map(({ id }) => id)).to.deep.equal(range(1, 6));
  });

  it("a restore replaces a damaged store, and keeps the damaged file", async () => {
    await append(5);
    const file = inFolder("backup.db");
    await backUpSqliteStore({ folder: data(), file });
    const garbage = randomBytes(20_000);
    await writeFile(path.join(data(), "obrolan.db"), garbage);
    const { before = "" } = await restoreSqliteStore({ folder: data(), file });
    expect((await readFile(before)).equals(garbage)).to.equal(true);
    expect((await readLog(data())).headId).to.equal(5);
  });

  it("a restore ignores a WAL that was left without a store, and keeps it", async () => {
    await append(5);
    const file = inFolder("backup.db");
    await backUpSqliteStore({ folder: data(), file });
    const store = await openSqliteStore({ folder: data() });
    const ana = await enlist(store, "ana");
    await store.log.append([draft(ana, "never in the backup")]);
    const wal = await readFile(path.join(data(), "obrolan.db-wal"));
    await store.close();
    const elsewhere = inFolder("elsewhere");
    await restoreSqliteStore({ folder: elsewhere, file });
    await rm(path.join(elsewhere, "obrolan.db"));
    await writeFile(path.join(elsewhere, "obrolan.db-wal"), wal);
    const { before = "" } = await restoreSqliteStore({ folder: elsewhere, file });
    expect((await readFile(`${before}-wal`)).equals(wal)).to.equal(true);
    expect((await readLog(elsewhere)).headId).to.equal(5);
  });

  it("a restore by root gives the files to the owner of the folder", async function () {
    if (process.getuid?.() !== 0) {
      if (this.test) this.test.title += " (skipped: only root can change the owner of files)";
      this.skip();
    }
    await append(5);
    const file = inFolder("backup.db");
    await backUpSqliteStore({ folder: data(), file });
    for (const name of [".", "obrolan.db", "obrolan.lock"]) await chown(path.join(data(), name), 12_345, 12_345);
    await restoreSqliteStore({ folder: data(), file });
    for (const name of readdirSync(data())) expect(statSync(path.join(data(), name)).uid, name).to.equal(12_345);
  });

  it("a restore fails after a while, and changes nothing, if another connection reads the store", async function () {
    this.timeout(20_000);
    await append(5);
    const file = inFolder("backup.db");
    await backUpSqliteStore({ folder: data(), file });
    await append(1);
    const reader = new DatabaseSync(path.join(data(), "obrolan.db"));
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM entries").get();
    expect(await refusal(file)).to.match(
      /cannot be checkpointed: another program has it open; is a backup in progress\?/,
    );
    reader.close();
    expect((await readLog(data())).headId).to.equal(6);
    expect(readdirSync(data())).to.have.members(["obrolan.db", "obrolan.lock"]);
  });
});

describe("Backing up an SQLite store", () => {
  const folder = useFolder();

  it("a backup during appends ends with a complete batch", async () => {
    const data = path.join(folder.path, "data");
    const store = await openSqliteStore({ folder: data });
    const ana = await enlist(store, "ana");
    // More than the backup copies in one step.
    for (const _ of range(1, 5))
      await store.log.append(range(1, 2_000).map((i) => draft(ana, `${i}`.padEnd(1_000, "x"))));
    let appending = true;
    let batches = 0;
    const appended = (async () => {
      for (; appending; batches++) await store.log.append(range(1, 7).map((i) => draft(ana, `${i} of 7`)));
    })();
    // At least five backups, and so many that some batches are appended in between.
    for (let round = 1; round <= 5 || batches < 6; round++) {
      const file = path.join(folder.path, `${round}.db`);
      const { headId } = await store.log.state();
      const held = await backUpSqliteStore({ folder: data, file });
      expect(held.headId).to.be.at.least(headId);
      expect((held.headId - 10_000) % 7, "messages of an incomplete batch").to.equal(0);
      expect(readdirSync(folder.path)).to.not.include(`${round}.db-wal`);
    }
    appending = false;
    await appended;
    await store.close();
  });
});
