import { talkThroughRestarts } from "../support/conversation.ts";
import { needsEngine } from "../support/engineServer.ts";
import { useFolder } from "../support/folder.ts";
import { postgresPlace } from "../support/postgresFixture.ts";
import { endProcesses } from "../support/process.ts";

const ROUNDS = 20;

describe(`${ROUNDS} restarts under two people in terminals who write to one another in private`, () => {
  const folder = useFolder();
  afterEach(endProcesses);

  it("refuse none of their messages on SQLite", async () => {
    await talkThroughRestarts(ROUNDS, folder.path, []);
  });

  it("refuse none of their messages on PostgreSQL", async function () {
    needsEngine(this, "postgres");
    const place = await postgresPlace();
    try {
      await talkThroughRestarts(ROUNDS, folder.path, ["--database-url", place.url]);
    } finally {
      await endProcesses();
      await place.remove();
    }
  });
});
