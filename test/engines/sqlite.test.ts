import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { openSqliteStore, type SqliteStore } from "../../src/server/engines/sqlite/index.ts";
import { contentOf } from "../../src/server/log/ports/logStore.ts";
import { isSettled } from "../support/eventLoop.ts";
import { useFolder } from "../support/folder.ts";
import { draft, enlist, idsAfter, type Person, post, range } from "../support/storeFixture.ts";

/** The message of the error with which an opening fails. */
async function whyNot(folder: string): Promise<string> {
  const opened = await openSqliteStore({ folder }).catch((error) => error);
  if (opened instanceof Error) return opened.message;
  await opened.close();
  throw new Error("the store could be opened");
}

describe("The folder of an SQLite store", () => {
  const folder = useFolder();
  const inFolder = (...names: string[]) => path.join(folder.path, ...names);

  it("a store makes its data folder, readable only by its owner", async () => {
    const store = await openSqliteStore({ folder: inFolder("a", "b") });
    await enlist(store, "ana");
    expect((await stat(inFolder("a", "b"))).mode & 0o777).to.equal(0o700);
    for (const name of await readdir(inFolder("a", "b"))) {
      expect((await stat(inFolder("a", "b", name))).mode & 0o777, name).to.equal(0o600);
    }
    await store.close();
  });

  it("a second server on a data folder is refused, and does not disturb the first", async () => {
    const store = await openSqliteStore({ folder: folder.path });
    for (let i = 0; i < 2; i++) {
      expect(await whyNot(folder.path))
        .to.include(folder.path)
        .and.match(/in use by another server: stop that one/);
    }
    await post(store.log, draft(await enlist(store, "ana"), "hello"));
    await store.close();
    await (await openSqliteStore({ folder: folder.path })).close();
  });

  it("a store of a newer version is refused and left unchanged, and its lock is released", async () => {
    await (await openSqliteStore({ folder: folder.path })).close();
    const versionOf = (set?: number) => {
      const db = new DatabaseSync(inFolder("obrolan.db"));
      if (set !== undefined) db.exec(`PRAGMA user_version = ${set}`);
      const { user_version: version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
      db.close();
      return version;
    };
    const version = versionOf();
    versionOf(9_999);
    for (let i = 0; i < 2; i++) {
      expect(await whyNot(folder.path))
        .to.include("9999")
        .and.match(/newer Obrolan.*another data folder/);
    }
    expect(versionOf()).to.equal(9_999);
    versionOf(version);
    await (await openSqliteStore({ folder: folder.path })).close();
  });

  it("a data folder at the path of a file, or below a file, is refused", async () => {
    await writeFile(inFolder("file"), "");
    for (const place of [inFolder("file"), inFolder("file", "below")]) {
      expect(await whyNot(place))
        .to.include(place)
        .and.match(/cannot be (made|written): .*--data/);
    }
  });

  it("a data folder that cannot be written is refused", async function () {
    // Nobody can write below /proc, not even the superuser, who ignores permissions.
    const place = process.platform === "linux" ? "/proc/self" : inFolder("closed");
    if (place !== "/proc/self") await mkdir(place).then(() => chmod(place, 0o500));
    if (place !== "/proc/self" && process.getuid?.() === 0) this.skip();
    expect(await whyNot(place))
      .to.include(place)
      .and.match(/cannot be (made|written).*--data/);
  });

  it("a damaged lock file is reported as damaged, and not as in use", async () => {
    // Without a store in the folder the lock file would be a sign of a lost store.
    await (await openSqliteStore({ folder: folder.path })).close();
    await writeFile(inFolder("obrolan.lock"), "this is no database, and long enough to be seen as none\n".repeat(40));
    expect(await whyNot(folder.path))
      .to.include(folder.path)
      .and.match(/is damaged/)
      .and.not.match(/in use/);
  });

  it("an obrolan.db that is not a database is refused, and left as it is", async () => {
    const text = "this is no database, and long enough to be seen as none\n".repeat(40);
    await writeFile(inFolder("obrolan.db"), text);
    expect(await whyNot(folder.path)).to.match(/not a database/);
    expect((await stat(inFolder("obrolan.db"))).size).to.equal(text.length);
  });
});

describe("An SQLite store", () => {
  const folder = useFolder();
  let store: SqliteStore;
  let ana: Person;
  beforeEach(async () => {
    store = await openSqliteStore({ folder: folder.path });
    ana = await enlist(store, "ana");
  });
  afterEach(() => store.close());

  /** Opens a second connection to the store's file. */
  function connect(): DatabaseSync {
    return new DatabaseSync(path.join(folder.path, "obrolan.db"));
  }

  it("a store is in WAL mode", () => {
    const db = connect();
    expect(db.prepare("PRAGMA journal_mode").get()).to.deep.include({ journal_mode: "wal" });
    db.close();
  });

  it("a store reads while a commit waits, and the commit succeeds afterwards", async () => {
    await post(store.log, draft(ana, "before"));
    const db = connect();
    db.exec("BEGIN IMMEDIATE");
    const append = store.log.append([draft(ana, "after")]);
    expect(await idsAfter(store.log, 0)).to.deep.equal([1]);
    expect(await store.accounts.find(ana.username)).to.include({ username: ana.username });
    expect(await isSettled(append)).to.equal(false);
    db.exec("COMMIT");
    db.close();
    expect((await append)[0]).to.have.nested.property("entry.id", 2);
  });

  it("a store commits while another connection reads", async () => {
    await post(store.log, draft(ana, "before"));
    const db = connect();
    db.exec("BEGIN");
    expect(db.prepare("SELECT count(*) AS count FROM entries").get()).to.deep.include({ count: 1 });
    expect(await post(store.log, draft(ana, "meanwhile"))).to.equal(2);
    expect(db.prepare("SELECT count(*) AS count FROM entries").get()).to.deep.include({ count: 1 });
    db.exec("COMMIT");
    db.close();
  });

  it("a batch of an SQLite store that fails in the middle appends nothing and leaves no gap in the ids", async () => {
    const nobody = { ...ana, accountId: 9_999, username: "nobody" };
    const failed = await store.log
      .append([draft(ana, "1", { requestId: "r" }), draft(ana, "2", { to: nobody }), draft(ana, "3")])
      .catch((error) => error);
    expect(failed).to.be.instanceOf(StoreUnavailable);
    expect(await store.log.state()).to.include({ headId: 0, oldestId: 1 });
    const content = contentOf(draft(ana, "1"));
    expect(await store.log.find(ana.accountId, "r", content)).to.equal(undefined);
    expect(await post(store.log, draft(ana, "1", { requestId: "r" }))).to.equal(1);
  });

  it("a closed SQLite store has carried out all earlier calls, and refuses later ones", async () => {
    const appends = range(1, 20).map((i) => store.log.append([draft(ana, `${i}`)]));
    const reads = range(1, 20).map(() => store.log.state());
    await store.close();
    expect((await Promise.all(appends)).flat().map(({ kind }) => kind)).to.deep.equal(
      range(1, 20).map(() => "appended"),
    );
    await Promise.all(reads);
    for (const late of [store.log.append([draft(ana, "late")]), store.log.state(), store.accounts.find("ana")]) {
      expect(await late.catch((error) => error)).to.be.instanceOf(StoreUnavailable);
    }
    store = await openSqliteStore({ folder: folder.path });
    expect(await idsAfter(store.log, 0)).to.deep.equal(range(1, 20));
  });

  it("a closed SQLite store is one file beside the lock file", async () => {
    await post(store.log, draft(ana, "hello"));
    await store.close();
    expect((await readdir(folder.path)).sort()).to.deep.equal(["obrolan.db", "obrolan.lock"]);
    store = await openSqliteStore({ folder: folder.path });
  });
});
