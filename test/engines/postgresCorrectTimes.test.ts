import { expect } from "chai";
import { correctPostgresTimes, findPostgresMessagesAhead } from "../../src/server/engines/postgres/correctTimes.ts";
import type { PostgresStore } from "../../src/server/engines/postgres/index.ts";
import { timeOf } from "../../src/server/log/entry.ts";
import { needsEngine } from "../support/engineServer.ts";
import { type PostgresFixture, postgresFixture } from "../support/postgresFixture.ts";
import { deletion, draft, edit, enlist, NOON, type Person } from "../support/storeFixture.ts";

/** The correct time; the clock was ahead when the test's newest entries were appended. */
const NOW = NOON + 100;

describe("Correcting times in PostgreSQL", () => {
  let fixture: PostgresFixture;
  let store: PostgresStore;
  let ana: Person;
  beforeEach(async function () {
    needsEngine(this, "postgres");
    fixture = await postgresFixture();
    store = await fixture.open();
    ana = await enlist(store, "ana");
  });
  afterEach(async () => {
    await store?.close();
    await fixture?.remove();
  });

  it("the times of entries of every kind that lie ahead become the given one, also that of an older message's edit", async () => {
    await store.log.append([
      draft(ana, "1"),
      draft(ana, "2", { at: NOON + 1 }),
      edit(ana, 1, "1, edited", { at: NOON + 200 }),
      deletion(ana, 2, { at: NOON + 300 }),
      draft(ana, "5", { at: NOON + 400 }),
    ]);
    const { logId } = await store.log.state();
    const ahead = { firstId: 3, lastId: 5, latest: NOON + 400 };
    expect(await findPostgresMessagesAhead(fixture.url, NOW)).to.deep.equal(ahead);
    expect(await correctPostgresTimes(fixture.url, NOW)).to.deep.equal(ahead);
    expect(await correctPostgresTimes(fixture.url, NOW)).to.equal(undefined);
    expect((await store.log.state()).logId).to.not.equal(logId);
    const entries = await store.log.read(1, 9);
    expect(entries.map(({ kind }) => kind)).to.deep.equal(["message", "erased", "edited", "deleted", "message"]);
    expect(entries.map(timeOf)).to.deep.equal([NOON, NOON + 1, NOW, NOW, NOW]);
    expect(entries[0]).to.include({ text: "1, edited", editId: 3, editedAt: NOW });
  });
});
