import { expect } from "chai";
import type { ChatStream } from "../support/chatStream.ts";
import { join, sendTo } from "../support/commands.ts";
import { talkThroughRestarts } from "../support/conversation.ts";
import { needsEngine } from "../support/engineServer.ts";
import { useFolder } from "../support/folder.ts";
import { type PostgresFixture, postgresFixture } from "../support/postgresFixture.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { Connection } from "../support/wire.ts";

const PASSWORD = "a good password";

describe("A restart of the server's process", function () {
  this.timeout(120_000);
  const folder = useFolder();
  const connections: Connection[] = [];
  let store: string[] = [];
  let server: ServerProcess;
  afterEach(async () => {
    for (const wire of connections.splice(0)) wire.close();
    await endProcesses();
  });

  async function start(): Promise<number> {
    const started = await ServerProcess.serve(folder.path, store);
    server = started.server;
    return started.port;
  }

  async function connect(port: number): Promise<Connection> {
    const wire = await Connection.open({ port });
    connections.push(wire);
    return wire;
  }

  async function enter(wire: Connection, token: string): Promise<ChatStream> {
    const chat = wire.chat(token);
    chat.send(join());
    await chat.next("caughtUp");
    return chat;
  }

  const namesOf = ({ joined, left }: { joined: string[]; left: string[] }) => [...joined, ...left];

  function describeRestart(name: string): void {
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      it(`a restart by ${signal} takes no user offline and causes no presence event on ${name}`, async () => {
        let port = await start();
        const wires = new Map<string, { wire: Connection; token: string; chat: ChatStream }>();
        for (const username of ["ana", "bob", "cleo", "dan", "eve"]) {
          const wire = await connect(port);
          const { token } = await wire.register(username, PASSWORD);
          wires.set(username, { wire, token, chat: await enter(wire, token) });
        }
        const of = (username: string) => wires.get(username) as NonNullable<ReturnType<typeof wires.get>>;
        const before = (await of("ana").wire.list(of("ana").token)).users;
        of("cleo").chat.halfClose();
        await of("cleo").chat.end();
        await of("dan").wire.logout(of("dan").token);
        of("eve").wire.cut();
        const onlineNow = async (wire: Connection) => (await wire.list(of("bob").token)).users;
        expect((await onlineNow(of("bob").wire)).map(({ username }) => username)).to.deep.equal(["ana", "bob", "eve"]);
        await server.kill(signal);

        port = await start();
        const wire = await connect(port);
        const expected = before.filter(({ username }) => ["ana", "bob", "eve"].includes(username));
        expect(await onlineNow(wire)).to.deep.equal(expected);
        // Ana's client returns a moment later than Bob's.
        const bob = await enter(wire, of("bob").token);
        expect((await bob.accept(sendTo("ana", "are you there?"))).duplicate).to.equal(false);
        await bob.refuse(sendTo("cleo", "are you there?"));
        await bob.refuse(sendTo("dan", "are you there?"));
        const ana = await enter(await connect(port), of("ana").token);
        await ana.accept(sendTo("bob", "yes"));
        expect(await onlineNow(wire)).to.deep.equal(expected);
        // The first presence event after the restart is about a user who joins now.
        const fay = await connect(port);
        await enter(fay, (await fay.register("fay", PASSWORD)).token);
        for (const chat of [bob, ana]) {
          expect(namesOf(await chat.next("presence"))).to.deep.equal(["fay"]);
        }
      });
    }
  }

  describeRestart("SQLite");

  it("a restart refuses no private message that a terminal's user typed meanwhile", () =>
    talkThroughRestarts(1, folder.path, []));

  it("4 restarts refuse no private message that a terminal's user typed meanwhile @long", () =>
    talkThroughRestarts(4, folder.path, []));

  it("a user who does not return within the grace of a start goes offline, and others are told @long", async () => {
    let port = await start();
    const [ana, bob] = [await connect(port), await connect(port)];
    const { token } = await ana.register("ana", PASSWORD);
    await enter(ana, token);
    await enter(bob, (await bob.register("bob", PASSWORD)).token);
    // SIGKILL might come before the server has stored that bob is online.
    await server.kill("SIGTERM");
    port = await start();
    // The grace of a start is 15 s.
    const chat = (await connect(port)).chat(token, { deadline: 60_000 });
    chat.send(join());
    expect(await chat.next("presence")).to.deep.include({ joined: [], left: ["bob"] });
    const { users } = await (await connect(port)).list(token);
    expect(users.map(({ username }) => username)).to.deep.equal(["ana"]);
  });

  describe("With PostgreSQL @long", () => {
    let place: PostgresFixture;
    before(function () {
      needsEngine(this, "postgres");
    });
    beforeEach(async () => {
      place = await postgresFixture();
      store = ["--database-url", place.url];
    });
    afterEach(async () => {
      store = [];
      await endProcesses();
      await place.remove();
    });

    describeRestart("PostgreSQL");
  });
});
