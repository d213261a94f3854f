import { expect } from "chai";
import fc from "fast-check";
import { ReplyQueue } from "../../src/server/chat/replyQueue.ts";
import { isSettled } from "../support/eventLoop.ts";

const reply = (text: string) => Buffer.from(text);

function setUp(max = 8) {
  let called = 0;
  const replies = new ReplyQueue(max, () => {
    called += 1;
  });
  const take = (maxBytes = 1_000) => replies.take(maxBytes).map((bytes) => Buffer.from(bytes).toString());
  return { replies, take, calls: () => called };
}

describe("ReplyQueue", () => {
  it("replies are taken in the order of the commands, however long each one took", () => {
    const { replies, take, calls } = setUp();
    const [a, b, c] = [replies.open(), replies.open(), replies.open()];
    c.settle(reply("c"));
    b.settle(reply("b"));
    expect(take()).to.deep.equal([]);
    expect([replies.hasReady, calls()]).to.deep.equal([false, 0]);
    a.settle(reply("a"));
    expect([replies.hasReady, calls()]).to.deep.equal([true, 1]);
    expect(take()).to.deep.equal(["a", "b", "c"]);
    expect(replies.empty).to.equal(true);
  });

  it("a reply is taken once", () => {
    const { replies, take } = setUp();
    replies.open().settle(reply("a"));
    expect([take(), take()]).to.deep.equal([["a"], []]);
  });

  it("a command without a reply leaves no trace, also between two others", () => {
    const { replies, take, calls } = setUp();
    const [a, b, c] = [replies.open(), replies.open(), replies.open()];
    b.settle();
    c.settle(reply("c"));
    a.settle(reply("a"));
    expect(take()).to.deep.equal(["a", "c"]);
    expect(replies.empty).to.equal(true);
    replies.open().settle();
    expect([replies.empty, calls()]).to.deep.equal([true, 2]);
  });

  it("a slot is settled once, and later replies are ignored", () => {
    const { replies, take } = setUp();
    const slot = replies.open();
    slot.settle(reply("first"));
    slot.settle(reply("second"));
    expect(take()).to.deep.equal(["first"]);
  });

  it("replies are taken up to a number of bytes, but at least one", () => {
    const { replies, take } = setUp();
    for (const text of ["aaaa", "bbbb", "cccccccc", "d"]) replies.open().settle(reply(text));
    expect(take(9)).to.deep.equal(["aaaa", "bbbb"]);
    expect(take(2)).to.deep.equal(["cccccccc"]);
    expect(take(2)).to.deep.equal(["d"]);
  });

  it("a full queue has space again when its replies are taken", async () => {
    const { replies, take } = setUp(2);
    replies.open().settle(reply("a"));
    expect(await isSettled(replies.waitForSpace())).to.equal(true);
    const b = replies.open();
    const space = replies.waitForSpace();
    expect(await isSettled(space)).to.equal(false);
    b.settle(reply("b"));
    expect(await isSettled(space)).to.equal(false);
    take();
    expect(await isSettled(space)).to.equal(true);
  });

  it("a queue has no space while it holds the maximum", async () => {
    const { replies, take } = setUp(1);
    for (const text of ["aaaa", "bbbb"]) replies.open().settle(reply(text));
    const space = replies.waitForSpace();
    expect(take(4)).to.deep.equal(["aaaa"]);
    expect(await isSettled(space)).to.equal(false);
    take();
    expect(await isSettled(space)).to.equal(true);
  });

  it("a queue has space again when a command turns out to need no reply", async () => {
    const { replies } = setUp(1);
    const a = replies.open();
    const space = replies.waitForSpace();
    expect(await isSettled(space)).to.equal(false);
    a.settle();
    expect(await isSettled(space)).to.equal(true);
  });

  it("a queue that is cleared has space, and drops replies that come later", async () => {
    const { replies, take } = setUp(1);
    const a = replies.open();
    const space = replies.waitForSpace();
    replies.clear();
    expect(await isSettled(space)).to.equal(true);
    a.settle(reply("late"));
    expect(take()).to.deep.equal([]);
  });

  it("every reply is taken once and in order, whatever the order of settling and taking", () => {
    const step = fc.oneof(
      fc.constant("open" as const),
      fc.record({ settle: fc.nat(9), silent: fc.boolean() }),
      fc.record({ take: fc.integer({ min: 1, max: 12 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { replies, take } = setUp(100);
        const slots: { settle(reply?: Uint8Array): void; text: string | undefined; settled: boolean }[] = [];
        const taken: string[] = [];
        for (const done of steps) {
          if (done === "open") slots.push({ ...replies.open(), text: undefined, settled: false });
          else if ("take" in done) taken.push(...take(done.take));
          else {
            const slot = slots[done.settle];
            if (slot === undefined || slot.settled) continue;
            slot.settled = true;
            slot.text = done.silent ? undefined : `reply ${done.settle}`;
            slot.settle(slot.text === undefined ? undefined : reply(slot.text));
          }
        }
        for (const slot of slots) slot.settle();
        while (replies.hasReady) taken.push(...take());
        expect(taken).to.deep.equal(slots.flatMap(({ text }) => (text === undefined ? [] : [text])));
        expect(replies.empty).to.equal(true);
      }),
    );
  });
});
