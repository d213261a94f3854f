import { expect } from "chai";
import fc from "fast-check";
import { startSince } from "../../../src/cli/commands/script/startSince.ts";
import type { HistoryOptions, Message } from "../../../src/client/index.ts";

/** A log with messages of these ids and times, in seconds. It counts the calls. */
class Log {
  calls = 0;
  readonly #messages: readonly Message[];

  constructor(messages: readonly (readonly [id: number, second: number])[]) {
    this.#messages = messages.map(([id, second]) => ({
      id: BigInt(id),
      sender: "ani",
      recipient: "",
      text: "",
      sentAt: new Date(second * 1_000),
      editedAt: undefined,
      replyTo: undefined,
    }));
  }

  async *history(_token: string, { beforeId = 2n ** 64n }: HistoryOptions = {}): AsyncGenerator<Message, void> {
    this.calls += 1;
    yield* this.#messages.filter(({ id }) => id < beforeId).reverse();
  }

  /** The ids of the messages after a cursor. */
  after(cursor: bigint | undefined): number[] {
    return this.#messages.filter(({ id }) => id > (cursor ?? 0n)).map(({ id }) => Number(id));
  }
}

function at(second: number) {
  return { kind: "time", time: new Date(second * 1_000) } as const;
}

describe("The start of a room since a time", () => {
  it("the room begins with the first message of the time or later, in any log", async () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 0, max: 3 })), {
      minLength: 1,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: -1, max: 200 }), async (steps, second) => {
        let [id, sent] = [0, 0];
        const messages = steps.map(([idStep, secondStep]) => {
          id += idStep;
          sent += secondStep;
          return [id, sent] as const;
        });
        const log = new Log(messages);
        const start = await startSince(log, "t", at(second));
        expect(log.after(start.resumeAfter)).to.deep.equal(
          messages.filter(([, sent]) => sent >= second).map(([id]) => id),
        );
        expect(log.calls).to.be.at.most(2 + Math.ceil(Math.log2(id + 1)));
      }),
    );
  });

  it("a room without messages begins with the recent ones, so that one sent meanwhile is not missed", async () => {
    expect(await startSince(new Log([]), "t", at(0))).to.deep.equal({ recent: 100 });
  });

  it("an id is the cursor itself, and without a time the room begins now", async () => {
    const log = new Log([[5, 1]]);
    expect(await startSince(log, "t", { kind: "id", id: 3n })).to.deep.equal({ resumeAfter: 3n });
    expect(await startSince(log, "t", undefined)).to.deep.equal({ recent: 0 });
    expect(log.calls).to.equal(0);
  });
});
