import { expect } from "chai";
import { textFrame } from "../peers/ws/frame.ts";
import { digitsOf } from "../wires/messageText.ts";
import { ReassemblyBuffer } from "../wires/socket.ts";
import { readMessage } from "../wires/websocket/client.ts";
import { maskedFrame, Opcode, takeFrames } from "../wires/websocket/frames.ts";

describe("WebSocketConnection", () => {
  it("frames are reassembled, wherever the connection splits them", () => {
    const texts = ["", "one", "x".repeat(125), "y".repeat(126), "z".repeat(3000)];
    const wire = Buffer.concat(texts.map(textFrame));
    for (const piece of [1, 2, 3, 7, 100, 129, 1000, wire.length]) {
      const found: string[] = [];
      const received = new ReassemblyBuffer();
      const take = (bytes: Buffer, end: number) =>
        takeFrames(bytes, 0, end, (opcode, frame, start, stop) => {
          expect(opcode).to.equal(Opcode.text);
          found.push(frame.toString("latin1", start, stop));
        });
      // All pieces share one buffer, as with real sockets.
      const buffer = Buffer.alloc(piece);
      for (let at = 0; at < wire.length; at += piece) {
        received.push(buffer, wire.copy(buffer, 0, at, at + piece), { take });
      }
      expect(found).to.deep.equal(texts);
    }
  });

  it("a client's frame has the mask 0, which leaves the payload as it is", () => {
    const frame = maskedFrame(Opcode.text, Buffer.from("hello"));
    expect([...frame.subarray(0, 6)]).to.deep.equal([0x81, 0x85, 0, 0, 0, 0]);
    expect(frame.toString("latin1", 6)).to.equal("hello");
  });

  it("a fragmented frame, a masked frame and a message without an id are errors", () => {
    const nothing = () => {};
    expect(() => takeFrames(Buffer.of(0x01, 0), 0, 2, nothing)).to.throw("in pieces");
    expect(() => takeFrames(Buffer.of(0x81, 0x80, 0, 0, 0, 0), 0, 6, nothing)).to.throw("masked");
    const bytes = Buffer.from('{"text":"0000000001"}');
    expect(() => readMessage(bytes, 0, bytes.length, 2, sink([]))).to.throw("no id and text");
  });

  it("the sink gets the id of a message, its number, the length of its text, and its id as the cursor", () => {
    const told: number[][] = [];
    const text = digitsOf(42).padEnd(60, "x");
    const bytes = Buffer.from(JSON.stringify(["", { id: 1234, sender: "ada", sentAt: 1_700_000_000_000, text }]));
    readMessage(bytes, 0, bytes.length, '"}]'.length, sink(told));
    expect(told).to.deep.equal([[1234, 42, 60], [1234]]);
  });
});

function sink(told: number[][]) {
  const unexpected = () => expect.fail("the sink was called with another event");
  return {
    message: (...figures: number[]) => told.push(figures),
    cursor: (id: number) => told.push([id]),
    caughtUp: unexpected,
    accepted: unexpected,
    failed: unexpected,
  };
}
