import { talkThroughRestarts } from "../support/conversation.ts";
import { needsEngine } from "../support/engineServer.ts";
import { useFolder } from "../support/folder.ts";
import { postgresFixture } from "../support/postgresFixture.ts";
import { endProcesses } from "../support/process.ts";

const ROUNDS = 20;

describe(`${ROUNDS} restarts while two people in terminals send private messages to each other`, () => {
  const folder = useFolder();
  afterEach(endProcesses);

  it("restarts refuse no private message between two terminals on SQLite", async () => {
    await talkThroughRestarts(ROUNDS, folder.path, []);
  });

  it("restarts refuse no private message between two terminals on PostgreSQL", async function () {
    needsEngine(this, "postgres");
    const fixture = await postgresFixture();
    try {
      await talkThroughRestarts(ROUNDS, folder.path, ["--database-url", fixture.url]);
    } finally {
      await endProcesses();
      await fixture.remove();
    }
  });
});
