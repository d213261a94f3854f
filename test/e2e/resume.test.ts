import { expect } from "chai";
import type { ChatStream } from "../support/chatStream.ts";
import { type Command, join, type Received, sendAll, sendTo } from "../support/commands.ts";
import { Random } from "../support/random.ts";
import { type Person, useServer } from "../support/server.ts";
import type { Connection } from "../support/wire.ts";

const seed = Random.seed();

/** A message as its sender knows it. */
interface Said {
  readonly id: bigint;
  readonly sender: string;
  readonly recipient: string;
  readonly text: string;
}

/** A user who sends without a pause: to all, to the client that is cut off, to others. */
class Talker {
  readonly #chat: ChatStream;
  readonly #me: Person;
  readonly #others: readonly Person[];
  readonly #random: Random;
  readonly #said: Map<string, Said>;
  #count = 0;
  #stopped = false;

  constructor(chat: ChatStream, me: Person, others: readonly Person[], random: Random, said: Map<string, Said>) {
    this.#chat = chat;
    this.#me = me;
    this.#others = others;
    this.#random = random;
    this.#said = said;
  }

  /** Sends `count` messages at once, and records each when it is accepted. */
  async say(count: number): Promise<void> {
    const asked = Array.from({ length: count }, () => {
      const recipient = this.#random.between(1, 2) === 1 ? "" : this.#random.oneOf(this.#others).username;
      const length = this.#random.oneOf([10, 100, 1000, 4000]);
      const text = `${this.#me.username} ${++this.#count} `.padEnd(length, "~");
      const command: Command = recipient === "" ? sendAll(text) : sendTo(recipient, text);
      return { requestId: this.#chat.send(command), recipient, text };
    });
    for (const { requestId, recipient, text } of asked) {
      const { id } = await this.#chat.next("accepted", (one) => one.requestId === requestId);
      this.#said.set(String(id), { id, sender: this.#me.username, recipient, text });
    }
  }

  async talk(): Promise<void> {
    while (!this.#stopped) await this.say(this.#random.between(1, 10));
  }

  stop(): void {
    this.#stopped = true;
  }
}

/** What one stream has delivered before it is cut off. */
interface Piece {
  readonly messages: Received<"message">[];
  readonly caughtUp: number;
  readonly cursor: bigint | undefined;
}

describe(`A client that is cut off at random points of live traffic (SEED=${seed})`, function () {
  this.timeout(120_000);
  const server = useServer();
  const random = new Random(seed);

  /** Cuts the stream in one of the ways in which streams are lost. */
  function cut(wire: Connection, chat: ChatStream): void {
    const ways = [() => wire.cut(), () => wire.close(), () => chat.cancel(), () => chat.cancelAsGrpcJs()];
    random.oneOf(ways)();
  }

  /** Reconnects, takes exactly this many responses, and is cut off. */
  async function takeSome(vic: Person, resumeAfter: bigint, responses: number): Promise<Piece> {
    const wire = await server.connect();
    const chat = wire.chat(vic.token);
    chat.send(join({ resumeAfter }));
    await chat.until(`${responses} responses`, () => chat.responses.length >= responses || undefined);
    // Responses that arrived after these count as lost with the connection.
    const taken = chat.responses.slice(0, responses);
    cut(wire, chat);
    await chat.end();
    wire.close();
    const events = taken.flatMap((response) => response.events.map(({ event }) => event));
    return {
      messages: events.flatMap((event) => (event?.$case === "message" ? [{ ...event.value, requestId: "" }] : [])),
      caughtUp: events.filter((event) => event?.$case === "caughtUp").length,
      cursor: taken.findLast(({ cursor }) => cursor !== 0n)?.cursor,
    };
  }

  it("a client that is cut off 40 times gets exactly what it may see, once and in order", () => cutOff(40));
  it("a client that is cut off 200 times gets exactly what it may see, once and in order @long", () => cutOff(200));

  async function cutOff(cuts: number): Promise<void> {
    const [vic, ana, bob, cid] = await server.people("vic", "ana", "bob", "cid");
    const said = new Map<string, Said>();
    const everyone = [vic, ana, bob, cid];
    const talkers: Talker[] = [];
    // Vic sends on another stream. So the stream that is cut off receives Vic's own messages like those of others.
    const others = await Promise.all(everyone.map((person) => server.enter(person)));
    for (const [i, me] of everyone.entries()) {
      const chat = others[i];
      if (chat) talkers.push(new Talker(chat, me, everyone, new Random(seed + i + 1), said));
    }
    const talks = talkers.map((talker) => talker.talk());

    const got: Received<"message">[] = [];
    // Another test of this file may have written to the log before.
    let cursor = others[0]?.received("welcome")[0]?.headId ?? 0n;
    let inReplay = 0;
    let afterReplay = 0;
    // How many cuts fall into a replay depends on the speed of the machine. A tenth of each kind is enough.
    const isEnough = () => Math.min(inReplay, afterReplay) >= cuts / 10;
    for (let i = 0; i < cuts || (!isEnough() && i < 5 * cuts); i++) {
      const piece = await takeSome(vic, cursor, random.between(1, 8));
      got.push(...piece.messages);
      cursor = piece.cursor ?? cursor;
      expect(piece.caughtUp).to.be.at.most(1);
      if (piece.caughtUp === 0) inReplay++;
      else afterReplay++;
      // Sometimes the client stays away for a while.
      if (i % 5 === 0) await Promise.all(talkers.map((talker) => talker.say(random.between(0, 60))));
    }
    for (const talker of talkers) talker.stop();
    await Promise.all(talks);

    const last = await server.enter(vic, { resumeAfter: cursor });
    got.push(...last.messages);
    expect(last.received("caughtUp")).to.have.length(1);
    expect(last.received("gap")).to.deep.equal([]);

    const visible = [...said.values()]
      .filter(({ sender, recipient }) => recipient === "" || sender === vic.username || recipient === vic.username)
      .sort((one, other) => Number(one.id - other.id));
    expect(got.map(({ id, sender, recipient, text }) => ({ id, sender, recipient, text }))).to.deep.equal(visible);
    expect(said.size, "all messages, of which some are private to others").to.be.greaterThan(visible.length);
    expect(inReplay, "cuts in the middle of a replay").to.be.at.least(cuts / 10);
    expect(afterReplay, "cuts after a replay").to.be.at.least(cuts / 10);
  }
});
