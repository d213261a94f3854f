import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { expect } from "chai";
import { ChatRequest } from "../../src/gen/obrolan/v1/chat.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { type Command, help, join, sendAll, sendTo, typed } from "../support/commands.ts";
import { expectFailed, nameOf } from "../support/expect.ts";
import { Random } from "../support/random.ts";
import { type Person, useServer } from "../support/server.ts";

const COMMANDS = Number(process.env.COMMANDS ?? 10_000);
const FEW_COMMANDS = 1_000;
/** The number of commands that are sent before their answers are awaited. */
const WINDOW = 64;

/** One command as bytes of the wire; `isValid`: whether the bytes are a request at all. */
interface Sent {
  readonly requestId: string;
  readonly bytes: Uint8Array;
  readonly isValid: boolean;
}

/** Generates commands of 1 byte to 200 KB, most of them small, with good and bad content. */
class Speaker {
  readonly #random: Random;
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Sent {
    this.#count += 1;
    const requestId = `${this.#count}`;
    const kind = this.#random.between(1, 100);
    // About 3 of 100 are not requests, and end the stream.
    if (kind === 1) return { requestId, bytes: this.#broken(), isValid: false };
    if (kind === 2) return { requestId, bytes: notUtf8(requestId), isValid: false };
    if (kind === 3)
      return { requestId, bytes: Buffer.alloc(this.#random.between(65_537, 200_000), 65), isValid: false };
    return this.#valid(requestId, kind);
  }

  #valid(requestId: string, kind: number): Sent {
    if (kind <= 5) return encoded(`${requestId}-`.padEnd(this.#random.between(65, 60_000), "r"), sendAll("long id"));
    if (kind <= 10) return { requestId, bytes: withUnknownField(requestId), isValid: true };
    if (kind <= 15) return encoded(requestId, sendAll("a\0b"));
    if (kind <= 20) return encoded(requestId, sendAll("x".repeat(this.#random.between(4_000, 65_000))));
    if (kind <= 25) return encoded(requestId, sendTo(this.#text(), "hello"));
    if (kind <= 30) return encoded(requestId, typed(this.#text()));
    if (kind <= 35) return encoded(requestId, help);
    if (kind <= 40) return encoded(requestId, join({ resumeAfter: 0n }));
    if (kind <= 45) return encoded(requestId, sendAll(""));
    return encoded(requestId, sendAll(this.#text()));
  }

  #text(): string {
    const letter = this.#random.oneOf(["a", "e\u0301", "\u0323\u0301", "\u{1f600}", "\u3042", "\u202e", "\n", " "]);
    return letter.repeat(this.#random.between(1, 300));
  }

  #broken(): Uint8Array {
    return this.#random.oneOf([
      Buffer.from([0xff]),
      Buffer.from([0x0a, 0x7f, 0x61]),
      Buffer.alloc(12, 0xff),
      Buffer.from([0x02, 0x01, 0x61]),
      Buffer.alloc(this.#random.between(1, 60_000), 0x0b),
      Buffer.from([0, 0, 0, 0, 3, 0x41]),
    ]);
  }
}

function encoded(requestId: string, command: Command): Sent {
  return { requestId, bytes: ChatRequest.encode({ requestId, command }).finish(), isValid: true };
}

function notUtf8(requestId: string): Uint8Array {
  const text = new BinaryWriter()
    .uint32(10)
    .bytes(Buffer.from([0x61, 0xff]))
    .finish();
  return new BinaryWriter().uint32(10).string(requestId).uint32(26).bytes(text).finish();
}

function withUnknownField(requestId: string): Uint8Array {
  return new BinaryWriter().uint32(10).string(requestId).uint32(8_002).string("from the future").finish();
}

/** The request ids of all direct replies, in order of arrival. */
function answersOf(chat: ChatStream): string[] {
  return chat.events.flatMap(({ requestId }) => (requestId === "" ? [] : [requestId]));
}

describe("Commands at random", function () {
  this.timeout(120_000);
  const server = useServer();

  it("each random command is answered, or ends the stream with a reason after all earlier answers", () =>
    sendAtRandom(FEW_COMMANDS));

  it("each of 10,000 random commands is answered, or ends the stream with a reason @long", () =>
    sendAtRandom(COMMANDS));

  async function sendAtRandom(count: number): Promise<void> {
    const seed = Random.seed();
    console.log(`      SEED=${seed} COMMANDS=${count}`);
    const speaker = new Speaker(new Random(seed));
    const ana: Person = await server.person("ana");
    let open: Sent[] = [];
    let left = count;
    let answered = 0;
    let dropped = 0;
    let streams = 0;
    while (left > 0 || open.length > 0) {
      streams += 1;
      const chat = await server.enter(ana);
      const before = answersOf(chat).length;
      let seen = before;
      let hasEnded = false;
      chat.ended.then(() => {
        hasEnded = true;
      });
      for (const { bytes } of open) chat.sendBytes(bytes);
      const settle = () => {
        const answers = answersOf(chat);
        for (; seen < answers.length; seen++) {
          // A reply to a command other than the oldest would break the order of replies.
          const oldest = open.shift();
          expect(answers[seen]).to.equal(oldest?.requestId);
          expect(oldest?.isValid).to.equal(true);
          answered += 1;
        }
      };
      while (!hasEnded && (left > 0 || open.length > 0)) {
        for (; left > 0 && open.length < WINDOW; left--) {
          const next = speaker.next();
          open.push(next);
          chat.sendBytes(next.bytes);
        }
        const want = seen + 1;
        await chat
          .until("an answer", () => (answersOf(chat).length >= want ? true : undefined))
          .catch(async (error) => {
            if (!hasEnded) throw error;
          });
        settle();
      }
      if (!hasEnded) {
        chat.halfClose();
        await chat.end();
        continue;
      }
      settle();
      const ending = await chat.end();
      const [goodbye] = chat.received("goodbye");
      expect(goodbye && nameOf(goodbye.reason)).to.equal("REQUEST_INVALID");
      expect(goodbye?.reconnect).to.equal(true);
      const [bad, ...others] = open;
      expect(bad?.isValid, `${bad?.requestId} was dropped, seed ${seed}`).to.equal(false);
      const isTooLarge = (bad?.bytes.length ?? 0) > 65_536;
      expectFailed(ending, isTooLarge ? "RESOURCE_EXHAUSTED" : "INVALID_ARGUMENT", "REQUEST_INVALID");
      open = others;
      dropped += 1;
    }
    console.log(`      ${answered} answered, ${dropped} dropped as invalid, ${streams} streams`);
    expect(answered + dropped).to.equal(count);
  }
});
