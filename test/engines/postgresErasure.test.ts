import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { expect } from "chai";
import type { PostgresStore } from "../../src/server/engines/postgres/index.ts";
import { EngineServer, needsEngine } from "../support/engineServer.ts";
import { eventually } from "../support/eventLoop.ts";
import { type PostgresFixture, postgresFixture } from "../support/postgresFixture.ts";
import { deletion, draft, edit, enlist, type Person, range } from "../support/storeFixture.ts";

/** The files of a folder that contain a text. */
async function filesWith(text: string, folder: string): Promise<string[]> {
  const found = await promisify(execFile)("grep", ["-rlaF", text, folder]).catch((error) => {
    // 1: no file contains the text. 2: a file was removed during the search.
    if (error.code === 1 || error.code === 2) return error as { stdout: string };
    throw error;
  });
  return found.stdout.split("\n").filter((line) => line !== "");
}

describe("A text that is erased from PostgreSQL", () => {
  let server: EngineServer;
  let fixture: PostgresFixture;
  let store: PostgresStore;
  let ana: Person;
  let folder: string;
  before(async function () {
    needsEngine(this, "postgres");
    server = await EngineServer.start("postgres");
    fixture = await postgresFixture(server);
    await fixture.query("ALTER SYSTEM SET wal_recycle = off");
    await fixture.query("ALTER SYSTEM SET autovacuum_naptime = 1");
    await fixture.query("SELECT pg_reload_conf()");
    store = await fixture.open();
    ana = await enlist(store, "ana");
    [{ data_directory: folder }] = (await fixture.query("SHOW data_directory")) as [{ data_directory: string }];
  });
  after(async () => {
    await store?.close();
    await server?.remove();
  });

  it("one deletion is enough for autovacuum to remove the row version with its text", async () => {
    await store.log.append([draft(ana, "one"), deletion(ana, 1)]);
    await eventually(async () => {
      const [row] = await fixture.query(
        "SELECT autovacuum_count::integer FROM pg_stat_user_tables WHERE relname = 'entries'",
      );
      return (row?.autovacuum_count as number) > 0;
    }, "autovacuum");
  });

  it("no file holds an erased text after the steps of operations.md, while the server runs and when it is stopped", async () => {
    // The search index has the words of a text one by one.
    const marker = () => randomBytes(8).toString("hex");
    const markers = { deleted: marker(), edited: marker(), long: marker(), "of an edit": marker(), kept: marker() };
    const { headId } = await store.log.state();
    // A long text that cannot be compressed is in the TOAST table.
    const long = markers.long + randomBytes(9_000).toString("base64");
    await store.log.append([
      ...range(1, 200).map((i) => draft(ana, `before ${i}`)),
      draft(ana, markers.deleted, { requestId: "deleted" }),
      draft(ana, markers.edited, { requestId: "edited" }),
      draft(ana, long, { requestId: "long" }),
      draft(ana, markers.kept),
      edit(ana, headId + 201, markers["of an edit"], { requestId: "edit" }),
    ]);
    while (await store.search.advance());
    await fixture.query("ANALYZE entries, search");
    await fixture.query("CHECKPOINT");
    for (const [what, text] of Object.entries(markers)) {
      expect(await filesWith(text, folder), `${what}, before`).to.not.be.empty;
    }
    await store.log.append([
      deletion(ana, headId + 201, { requestId: "deletion" }),
      edit(ana, headId + 202, "another text"),
      deletion(ana, headId + 203),
    ]);

    for (const statement of ["VACUUM (FULL) entries, search", "SELECT pg_switch_wal()", "CHECKPOINT"]) {
      await fixture.query(statement);
    }
    const { kept, ...erased } = markers;
    const expectNone = async (when: string) => {
      for (const [what, text] of Object.entries(erased)) {
        expect(await filesWith(text, folder), `${what}, ${when}`).to.deep.equal([]);
      }
      expect(await filesWith(kept, folder), `the kept one, ${when}`).to.not.be.empty;
    };
    await expectNone("while the server runs");
    await server.stop();
    await expectNone("when it is stopped");
  });
});
