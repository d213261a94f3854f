import { expect } from "chai";
import type { ChatStream } from "../support/chatStream.ts";
import { type ProcessClock, processClock } from "../support/clock.ts";
import { help, join, sendAll } from "../support/commands.ts";
import { needsEngine } from "../support/engineServer.ts";
import { expectFailed } from "../support/expect.ts";
import { useFolder } from "../support/folder.ts";
import { type PostgresFixture, postgresFixture } from "../support/postgresFixture.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { run } from "../support/program.ts";
import { Connection, failure } from "../support/wire.ts";

const HOUR = 60 * 60 * 1_000;
const DAY = 24 * HOUR;
const PASSWORD = "a good password";
/** The server logs this when it notices that its clock was set. Without calls only maintenance reads the clock. */
const HAS_LOOKED = /The clock was set (ahead|back) by/;

describe("The clock of a server's process", function () {
  this.timeout(120_000);
  const folder = useFolder();
  const connections: Connection[] = [];
  let clock: ProcessClock;
  let store: string[] = [];
  let server: ServerProcess;
  beforeEach(() => {
    clock = processClock(folder.path);
  });
  afterEach(async () => {
    for (const wire of connections.splice(0)) wire.close();
    await endProcesses();
  });

  /** Starts the server with a clock that is `offset` milliseconds ahead. */
  async function start(offset: number, ...args: string[]): Promise<Connection> {
    clock.set(offset);
    const started = await ServerProcess.serve(folder.path, [...store, ...args], { env: clock.env });
    server = started.server;
    const wire = await Connection.open({ port: started.port });
    connections.push(wire);
    return wire;
  }

  async function stop(): Promise<void> {
    for (const wire of connections.splice(0)) wire.close();
    expect((await server.kill("SIGTERM")).code).to.equal(0);
  }

  async function enter(wire: Connection, token: string, resumeAfter?: bigint): Promise<ChatStream> {
    const chat = wire.chat(token);
    chat.send(join(resumeAfter === undefined ? {} : { resumeAfter }));
    await chat.next("caughtUp");
    return chat;
  }

  const timesOf = (chat: ChatStream) => chat.messages.map(({ sentAt }) => Number(sentAt));

  function describeClock(name: string): void {
    it(`a clock that is 8 days ahead for one start deletes no session and no message on ${name} @long`, async () => {
      const first = await start(0);
      const { token } = await first.register("ana", PASSWORD);
      const chat = await enter(first, token);
      await chat.accept(sendAll("still here"));
      await stop();

      const ahead = await start(8 * DAY, "--retain-days", "3");
      await server.says(/days ahead of the newest time that the store has seen/);
      expectFailed(await failure(ahead.list(token)), "UNAUTHENTICATED", "SESSION_INVALID");
      clock.set(9 * DAY + HOUR);
      await server.says(HAS_LOOKED);
      await stop();

      const right = await start(0, "--retain-days", "3");
      await right.list(token);
      expect((await enter(right, token, 0n)).messages.map(({ text }) => text)).to.deep.equal(["still here"]);
    });

    it(`a clock that is ahead for a moment ends no stream and no session on ${name}`, async () => {
      const wire = await start(0);
      const { token } = await wire.register("ana", PASSWORD);
      const chat = await enter(wire, token);
      clock.set(31 * DAY);
      await server.says(HAS_LOOKED);
      await chat.ask(help);
      await wire.list(token);
      const { expiresAt } = await wire.login("ana", PASSWORD);
      expect(Number(expiresAt), "a session that begins then").to.be.within(Date.now(), Date.now() + 30 * DAY);
      clock.set(0);
      await chat.accept(sendAll("still here"));
      expect(chat.kinds).to.not.include("goodbye");
      await wire.list(token);
    });

    it(`a clock that was ahead during failed sign-ins locks no right password out on ${name} @long`, async () => {
      const first = await start(0);
      await first.register("ana", PASSWORD);
      await stop();
      let wire = await start(7 * DAY);
      for (let i = 0; i < 5; i += 1) await failure(wire.login("ana", "a wrong password"));
      expectFailed(await failure(wire.login("ana", PASSWORD)), "RESOURCE_EXHAUSTED", "TOO_MANY_ATTEMPTS");
      clock.set(0);
      await wire.login("ana", PASSWORD);
      clock.set(7 * DAY);
      // The server ignores a jump while it runs: the wait continues unchanged.
      await server.says(HAS_LOOKED);
      for (let i = 0; i < 5; i += 1) await failure(wire.login("ana", "a wrong password"));
      const ending = await failure(wire.login("ana", PASSWORD));
      expect(ending.details?.retryAfterMs).to.be.within(1, 1_000);
      await stop();
      // An older version of the server, or another node, may have recorded failures with such times.
      wire = await start(7 * DAY);
      for (let i = 0; i < 5; i += 1) await failure(wire.login("ana", "a wrong password"));
      await stop();
      wire = await start(0);
      await wire.login("ana", PASSWORD);
    });

    it(`a clock that was ahead is reported, and obrolan correct-times corrects the log on ${name} @long`, async () => {
      let wire = await start(0);
      const { token } = await wire.register("ana", PASSWORD);
      let chat = await enter(wire, token);
      await chat.accept(sendAll("before"));
      clock.set(3 * DAY);
      await server.says(HAS_LOOKED);
      await chat.accept(sendAll("ahead"));
      clock.set(0);
      await chat.accept(sendAll("after"));
      await server.says(/The newest message is dated .*, 3 days ahead of the clock .*obrolan correct-times/);
      const { logId } = chat.received("welcome")[0] as { logId: string };
      await stop();
      wire = await start(0);
      await server.says(/The newest message is dated/);
      await stop();

      const where = store.length === 0 ? ["--data", folder.path] : store;
      const dry = await run(["correct-times", ...where]);
      expect(dry).to.include({ code: 0, err: "" });
      expect(dry.out).to.match(
        /^The clock of this machine says .*\nMessages 2 to 3 are dated later, up to .*Nothing was changed/,
      );
      expect((await run(["correct-times", "--yes", ...where])).out).to.match(
        /Messages 2 to 3 had later times, .* and have the time .* now\.\nThe log has a new log_id/,
      );
      expect((await run(["correct-times", "--yes", ...where])).out).to.match(/there is nothing to correct/);

      wire = await start(0);
      chat = await enter(wire, token, 0n);
      await chat.accept(sendAll("now"));
      await chat.next("message", ({ text }) => text === "now");
      expect(chat.messages.map(({ text }) => text)).to.deep.equal(["before", "ahead", "after", "now"]);
      const times = timesOf(chat);
      expect(times).to.deep.equal([...times].sort((a, b) => a - b));
      expect(times.at(-1)).to.be.at.most(Date.now());
      expect(chat.received("welcome")[0]?.logId).to.not.equal(logId);
      expect(server.said).to.not.include("The newest message is dated");
    });
  }

  describeClock("SQLite");

  it("obrolan correct-times refuses a folder that a server has open", async () => {
    await start(0);
    const { code, err } = await run(["correct-times", "--yes", "--data", folder.path]);
    expect(code).to.equal(1);
    expect(err).to.match(/is in use by another server/);
  });

  describe("With PostgreSQL @long", () => {
    let fixture: PostgresFixture;
    before(function () {
      needsEngine(this, "postgres");
    });
    beforeEach(async () => {
      fixture = await postgresFixture();
      store = ["--database-url", fixture.url];
    });
    afterEach(async () => {
      store = [];
      await endProcesses();
      await fixture.remove();
    });

    describeClock("PostgreSQL");
  });
});
