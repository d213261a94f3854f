import { expect } from "chai";
import { Exit } from "../../../src/cli/exit.ts";
import type { Attempted } from "../../../src/cli/room/attempt.ts";
import { SendQueue, type TemporaryRefusal } from "../../../src/cli/room/person/sendQueue.ts";
import { isSettled, until } from "../../support/eventLoop.ts";

const accepted: Attempted = {
  item: { kind: "accepted", requestId: "", id: 1n, sentAt: new Date(0), duplicate: false },
  code: Exit.FINE,
};

function refused(retryAfterMs: number | undefined): Attempted {
  const item = { kind: "rejected", requestId: "", reason: "RATE_LIMITED", message: "Too fast.", retryAfterMs } as const;
  return { item, code: Exit.REFUSED };
}

/** A queue whose attempts are answered from a list; without an answer, an attempt stays open. */
function makeQueue(...answers: Attempted[]) {
  const attempts: string[] = [];
  const waits: [string, boolean, TemporaryRefusal?][] = [];
  const open: ((attempted: Attempted) => void)[] = [];
  const gone = new AbortController();
  const queue = new SendQueue({
    attempt: ({ line, requestId }) => {
      attempts.push(`${line} ${requestId}`);
      const answer = answers.shift();
      return answer === undefined ? new Promise((resolve) => open.push(resolve)) : Promise.resolve(answer);
    },
    onWait: ({ line }, waiting, refusal) =>
      waits.push(refusal === undefined ? [line, waiting] : [line, waiting, refusal]),
    gone: gone.signal,
  });
  return { queue, attempts, waits, open, gone };
}

describe("SendQueue", () => {
  it("a line does not wait for the answer to the line before", async () => {
    const { queue, attempts, open } = makeQueue();
    const first = queue.send({ line: "one", requestId: "1" });
    const second = queue.send({ line: "two", requestId: "2" });
    expect(attempts).to.deep.equal(["one 1", "two 2"]);
    open[1]?.(accepted);
    expect(await second).to.equal(accepted);
    expect(await isSettled(first)).to.equal(false);
  });

  it("a line that is refused for now is repeated under the same request id until it has its outcome", async () => {
    const final = refused(undefined);
    const { queue, attempts, waits } = makeQueue(refused(1), refused(1), final);
    expect(await queue.send({ line: "one", requestId: "1" })).to.equal(final);
    expect(attempts).to.deep.equal(["one 1", "one 1", "one 1"]);
    const refusal = { afterMs: 1, why: "Too fast." };
    expect(waits).to.deep.equal([
      ["one", true, refusal],
      ["one", false],
      ["one", true, refusal],
      ["one", false],
    ]);
    expect(queue.isWaiting).to.equal(false);
  });

  it("lines that are typed meanwhile wait behind it, and are sent in their order", async () => {
    const { queue, attempts, waits, open } = makeQueue(refused(1));
    const lines = [queue.send({ line: "one", requestId: "1" })];
    await until(() => queue.isWaiting, "the first line to wait");
    lines.push(queue.send({ line: "two", requestId: "2" }), queue.send({ line: "three", requestId: "3" }));
    expect(waits.filter(([line]) => line !== "one")).to.deep.equal([
      ["two", true],
      ["three", true],
    ]);
    for (const count of [2, 3, 4]) {
      await until(() => attempts.length === count, `attempt ${count}`);
      open.shift()?.(accepted);
    }
    expect(await Promise.all(lines)).to.deep.equal([accepted, accepted, accepted]);
    expect(attempts).to.deep.equal(["one 1", "one 1", "two 2", "three 3"]);
    expect(queue.isWaiting).to.equal(false);
  });

  it("lines that wait have no outcome when nothing can be sent any more", async () => {
    const { queue, attempts, gone } = makeQueue(refused(3_600_000));
    const first = queue.send({ line: "one", requestId: "1" });
    await until(() => queue.isWaiting, "the line to wait");
    const second = queue.send({ line: "two", requestId: "2" });
    gone.abort();
    expect(await Promise.all([first, second])).to.deep.equal([undefined, undefined]);
    expect(attempts).to.have.length(1);
  });
});
