import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { openSqliteStore, type SqliteStore } from "../../src/server/engines/sqlite/index.ts";
import { backUpSqliteStore } from "../../src/server/engines/sqlite/maintenance/backup.ts";
import type { Draft } from "../../src/server/log/ports/logStore.ts";
import { until } from "../support/eventLoop.ts";
import { useFolder } from "../support/folder.ts";
import { Random } from "../support/random.ts";
import { deletion, draft, edit, enlist, type Person, post, range } from "../support/storeFixture.ts";

describe("The erasure of texts from an SQLite store", () => {
  const folder = useFolder();
  const data = () => path.join(folder.path, "data");
  let store: SqliteStore;
  let ana: Person;
  beforeEach(async () => {
    store = await openSqliteStore({ folder: data() });
    ana = await enlist(store, "ana");
  });
  afterEach(() => store.close());

  /** The texts among these that occur in any byte of the folder. */
  function found(texts: readonly string[], place = data()): string[] {
    const files = readdirSync(place, { withFileTypes: true }).filter((file) => file.isFile());
    const bytes = files.map(({ name }) => readFileSync(path.join(place, name)).toString("latin1"));
    return texts.filter((text) => bytes.some((file) => file.includes(text)));
  }

  const erased = (texts: readonly string[]) => until(() => found(texts).length === 0, "the texts to be erased");

  for (const length of [20, 3_000, 60_000]) {
    it(`a deleted and a replaced text of ${length} bytes occur in no file while the store is open, nor in a backup`, async () => {
      const text = (name: string) => `<<${name}>>`.padEnd(length, "x");
      const gone = ["<<deleted>>", "<<replaced>>", "<<replaced again>>", "<<edited and deleted>>", "<<its edit>>"];
      const deleted = await post(store.log, draft(ana, text("deleted"), { requestId: "d" }));
      const edited = await post(store.log, draft(ana, text("replaced"), { requestId: "e" }));
      const both = await post(store.log, draft(ana, text("edited and deleted")));
      await store.log.append(range(1, 20).map((i) => draft(ana, `${i}`.padEnd(500, "y"))));
      await store.log.append([edit(ana, edited, text("replaced again")), edit(ana, both, text("its edit"))]);
      await store.log.append([deletion(ana, deleted), edit(ana, edited, text("kept")), deletion(ana, both)]);
      await erased(gone);
      expect(found(["<<kept>>"])).to.deep.equal(["<<kept>>"]);
      const backups = path.join(folder.path);
      await backUpSqliteStore({ folder: data(), file: path.join(backups, "backup.db") });
      expect(found([...gone, "<<kept>>"], backups)).to.deep.equal(["<<kept>>"]);
      await store.close();
      expect(found([...gone, "<<kept>>"])).to.deep.equal(["<<kept>>"]);
      store = await openSqliteStore({ folder: data() });
    });
  }

  it("no text remains after any mix of edits, deletions and truncations, of rows of all sizes", async () => {
    const seed = Random.seed();
    const random = new Random(seed);
    const live = new Map<number, string>();
    const gone: string[] = [];
    const lengths = [1, 10, 30, 100, 300, 1_000, 3_000, 8_000];
    let id = 0;
    const text = () => `<<${id}.${random.between(0, 1e9)}>>${"x".repeat(random.between(0, random.oneOf(lengths)))}`;
    const marked = (full: string) => full.slice(0, full.indexOf(">>") + 2);
    for (const step of range(1, 300)) {
      const batch: Draft[] = [];
      const add = (each: Draft) => {
        batch.push(each);
        id += 1;
      };
      for (const i of range(1, 8)) {
        const said = text();
        add(draft(ana, said, { requestId: i % 2 === 0 ? `${step}.${i}` : "" }));
        live.set(id, said);
      }
      for (const i of range(1, 6)) {
        const messages = [...live.keys()].slice(random.between(0, 1) === 0 ? -40 : 0);
        const messageId = random.oneOf(messages);
        gone.push(marked(live.get(messageId) as string));
        if (i % 2 === 0) {
          add(deletion(ana, messageId));
          live.delete(messageId);
        } else {
          const said = text();
          add(edit(ana, messageId, said, { requestId: i === 1 ? `e${step}` : "" }));
          live.set(messageId, said);
        }
      }
      await store.log.append(batch);
      if (step % 50 === 0) {
        await store.log.truncate(id - 1_000);
        for (const messageId of live.keys()) if (messageId < id - 1_000) live.delete(messageId);
      }
    }
    await store.close();
    expect(found(gone), `SEED=${seed}`).to.deep.equal([]);
    const kept = [...live.values()].map(marked);
    expect(found(kept)).to.have.length(kept.length);
    store = await openSqliteStore({ folder: data() });
  });

  it("appends continue while another connection reads an old snapshot, and the erasure follows its end", async () => {
    const id = await post(store.log, draft(ana, "<<deleted>>"));
    const db = new DatabaseSync(path.join(data(), "obrolan.db"), { readOnly: true });
    db.exec("BEGIN");
    db.prepare("SELECT count(*) FROM entries").get();
    await post(store.log, deletion(ana, id));
    for (const i of range(1, 50)) await post(store.log, draft(ana, `${i}`));
    expect(found(["<<deleted>>"]), "in the snapshot").to.have.length(1);
    db.exec("COMMIT");
    db.close();
    await erased(["<<deleted>>"]);
  });

  it("a text that was erased before its server was killed is erased from the WAL after the next start", async () => {
    const id = await post(store.log, draft(ana, "<<deleted>>"));
    const killed = path.join(folder.path, "killed");
    const db = new DatabaseSync(path.join(data(), "obrolan.db"), { readOnly: true });
    db.exec("BEGIN");
    db.prepare("SELECT count(*) FROM entries").get();
    await post(store.log, deletion(ana, id));
    const { cpSync } = await import("node:fs");
    cpSync(data(), killed, { recursive: true });
    db.close();
    expect(found(["<<deleted>>"], killed)).to.have.length(1);
    const next = await openSqliteStore({ folder: killed });
    await until(() => found(["<<deleted>>"], killed).length === 0, "the text to be erased");
    await next.close();
  });
});
