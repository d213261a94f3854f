import { expect } from "chai";
import { SharedFrames } from "../../../src/server/rpc/chat/sharedFrames.ts";

const message = (text: string) => Buffer.from(text);

describe("SharedFrames", () => {
  it("a message is framed when it comes for the second time, and the frame is shared after that", () => {
    const frames = new SharedFrames();
    const hello = message("hello");
    expect(frames.of(hello)).to.equal(undefined);
    const frame = frames.of(hello);
    expect(frame).to.deep.equal(Buffer.from("\0\0\0\0\x05hello"));
    expect(frames.of(hello)).to.equal(frame);
  });

  it("two messages with the same bytes do not share a frame", () => {
    const frames = new SharedFrames();
    frames.of(message("hello"));
    expect(frames.of(message("hello"))).to.equal(undefined);
  });

  it("the last four messages are known, and an older one is not", () => {
    const frames = new SharedFrames();
    const messages = ["1", "2", "3", "4"].map(message);
    for (const each of messages) frames.of(each);
    for (const each of messages) expect(frames.of(each)).to.not.equal(undefined);
    frames.of(message("5"));
    const [first, second] = messages as [Buffer, Buffer];
    expect(frames.of(second)).to.not.equal(undefined);
    expect(frames.of(first)).to.equal(undefined);
  });

  it("a message that replaces another one in the ring does not get its frame", () => {
    const frames = new SharedFrames();
    const first = message("first");
    frames.of(first);
    frames.of(first);
    for (const text of ["2", "3", "4"]) frames.of(message(text));
    const fifth = message("fifth");
    expect(frames.of(fifth)).to.equal(undefined);
    expect(frames.of(fifth)?.subarray(5)).to.deep.equal(fifth);
  });

  it("a message of 8 KiB is framed, and a longer one is not", () => {
    const frames = new SharedFrames();
    const [largest, tooLong] = [Buffer.alloc(8_192), Buffer.alloc(8_193)];
    frames.of(largest);
    frames.of(tooLong);
    expect(frames.of(largest)?.length).to.equal(8_197);
    expect(frames.of(tooLong)).to.equal(undefined);
  });
});
