import { needsEngine } from "../support/engineServer.ts";
import { postgresFixture } from "../support/postgresFixture.ts";
import { describeAccountStore } from "./accounts.ts";
import { describeAttempts } from "./attempts.ts";
import { describeClockMark } from "./clockMark.ts";
import { describeLogStore } from "./log.ts";
import { describeReadMarkers } from "./readMarkers.ts";
import { describeRoster } from "./roster.ts";
import { describeSearchIndex } from "./search.ts";
import { describeSessionStore } from "./sessions.ts";
import { describeSharedAccounts } from "./shared/accounts.ts";
import { describeSharedLog } from "./shared/log.ts";
import { describeSharedRoster } from "./shared/roster.ts";

/** Opens a store in a new schema. `close` closes the store and removes the schema. */
async function open() {
  const fixture = await postgresFixture();
  const store = await fixture.open();
  const close = async () => {
    await store.close();
    await fixture.remove();
  };
  return { roster: store.roster, attempts: store.failedLogins, close };
}

describe("The PostgreSQL engine", () => {
  before(function () {
    needsEngine(this, "postgres");
  });

  describeLogStore("PostgreSQL", postgresFixture);
  describeAccountStore("PostgreSQL", postgresFixture);
  describeSessionStore("PostgreSQL", postgresFixture);
  describeReadMarkers("PostgreSQL", postgresFixture);
  describeClockMark("PostgreSQL", postgresFixture);
  describeRoster("PostgreSQL", open);
  describeAttempts("PostgreSQL", open);
  describeSearchIndex("PostgreSQL", postgresFixture);
  describeSharedLog("PostgreSQL", postgresFixture);
  describeSharedAccounts("PostgreSQL", postgresFixture);
  describeSharedRoster("PostgreSQL", postgresFixture);
});
