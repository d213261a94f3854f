import { expect } from "chai";
import { connect } from "../../src/client/index.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { sendAll } from "../support/commands.ts";
import { Gate, withPort } from "../support/engines.ts";
import { useFolder } from "../support/folder.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { makePythonStubs, PythonProgram } from "../support/python.ts";
import { differsOnBun } from "../support/runtime.ts";
import { type Person, useFreshServer } from "../support/server.ts";
import { ofKind, takeUntil } from "../support/takeEvents.ts";
import { Terminal } from "../support/terminal.ts";

/** More than the 20 recent messages that the terminal asks for. */
const MISSED = Array.from({ length: 30 }, (_, index) => `missed ${index + 1}`);

/** A client behind a proxy that can cut its connection. */
interface Behind {
  /** Waits until its first replay is over. */
  caughtUp(): Promise<void>;
  /** Waits until the client has a message. */
  got(text: string): Promise<void>;
  /** The texts of all messages that the client received, in order. */
  texts(): string[];
  end(): Promise<void>;
}

type Enter = (person: Person, address: string) => Promise<Behind>;

describe("A client that is cut off in a room without messages", function () {
  this.timeout(60_000);
  const gate = new Gate();
  const server = useFreshServer({
    wrap: (engines) =>
      withPort(engines, "roster", {
        arrive: async (who) => {
          await gate.pass();
          return engines.roster.arrive(who);
        },
      }),
  });
  const stubs = useFolder();
  const clients: Behind[] = [];
  let network: Network;
  let talker: ChatStream;
  let ani: Person;

  beforeEach(async () => {
    const [budi, other] = await server.people("budi", "ani");
    ani = other;
    talker = await server.enter(budi);
    network = await Network.start(server.port);
  });
  afterEach(async () => {
    gate.open();
    for (const client of clients.splice(0)) await client.end();
    await network?.close();
  });

  async function say(texts: readonly string[]): Promise<void> {
    const requests = texts.map((text) => talker.send(sendAll(text)));
    for (const request of requests) expect((await talker.reply(request)).event?.$case).to.equal("accepted");
  }

  /** Cuts the client off, sends 30 messages, and lets the client reconnect. */
  async function cutOff(): Promise<void> {
    network.forbid();
    gate.open();
    await say(MISSED);
    network.allow();
  }

  async function enter(how: Enter): Promise<Behind> {
    const client = await how(ani, network.address);
    clients.push(client);
    return client;
  }

  const inLibrary =
    (recent: number): Enter =>
    async ({ token }, address) => {
      const client = connect({ address });
      const room = client.enter({ token, recent, backoff: { firstMs: 1, maxMs: 50 } });
      const texts: string[] = [];
      const take = async (what: string, found: Parameters<typeof takeUntil>[2]) => {
        texts.push(...ofKind(await takeUntil(room, what, found), "message").map(({ text }) => text));
      };
      return {
        caughtUp: () => take("the end of the replay", (event) => event.kind === "caughtUp"),
        got: (text) => take(text, (event) => event.kind === "message" && event.text === text),
        texts: () => texts,
        end: async () => client.close(),
      };
    };

  const inTerminal: Enter = async ({ username, password }, address) => {
    const terminal = new Terminal(["--server", address], { rows: 60 });
    await terminal.shows("login NAME [PASSWORD]");
    terminal.enter(`login ${username} ${password}`);
    return {
      caughtUp: () => terminal.shows(/\d+ here:/),
      got: (text) => terminal.shows(new RegExp(`  ${text}$`, "m")),
      texts: () => [...terminal.text.matchAll(/^\d\d:\d\d \S+ {2}(.+)$/gm)].map(([, text = ""]) => text),
      end: () => terminal.close(),
    };
  };

  const inPython: Enter = async ({ username, password }, address) => {
    const python = new PythonProgram("short_rules.py", [address, username, password, "20"], stubs.path);
    return {
      caughtUp: () => python.prints("the end of the replay", ({ event }) => event === "caught_up"),
      got: (text) => python.prints(text, (line) => line.text === text),
      texts: () => python.lines.filter(({ event }) => event === "message").map(({ text }) => String(text)),
      end: () => python.kill(),
    };
  };

  const kinds: [string, Enter][] = [
    ["the client library that asked for 20 recent messages", inLibrary(20)],
    ["the client library that asked for no recent messages", inLibrary(0)],
    ["the terminal client", inTerminal],
    ["a Python client that follows the contract's short rules", inPython],
  ];
  for (const [title, how] of kinds) {
    const prepare = async (test: Mocha.Context) => {
      if (how === inTerminal) differsOnBun(test, 7);
      if (how === inPython) await makePythonStubs(test, stubs.path);
    };

    it(`${title} gets 30 of 30 messages after a cut that follows caught_up`, async function () {
      await prepare(this);
      const client = await enter(how);
      await client.caughtUp();
      await cutOff();
      await client.got("missed 30");
      expect(client.texts()).to.deep.equal(MISSED);
    });

    it(`${title} gets 30 of 30 messages after a cut between welcome and caught_up`, async function () {
      await prepare(this);
      gate.shut();
      const client = await enter(how);
      await gate.entered();
      await cutOff();
      await client.got("missed 30");
      expect(client.texts()).to.deep.equal(MISSED);
    });

    it(`${title} gets 30 of 30 messages after a cut that follows the first message`, async function () {
      await prepare(this);
      const client = await enter(how);
      await client.caughtUp();
      await say(["first"]);
      await client.got("first");
      await cutOff();
      await client.got("missed 30");
      expect(client.texts()).to.deep.equal(["first", ...MISSED]);
    });
  }
});
