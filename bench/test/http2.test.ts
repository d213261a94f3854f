import { expect } from "chai";
import { Flag, FrameParser, FrameType, frame } from "../wires/grpc/frames.ts";
import { MessageParser } from "../wires/grpc/messages.ts";
import { SendWindow } from "../wires/grpc/window.ts";

describe("the HTTP/2 client", () => {
  it("messages are reassembled, wherever the connection splits them, and also across frames", () => {
    const texts = ["", "one", "a longer one", "x".repeat(300)];
    const prefixed = texts.map((text) => {
      const bytes = Buffer.alloc(5 + text.length);
      bytes.writeUInt32BE(text.length, 1);
      bytes.write(text, 5);
      return bytes;
    });
    const all = Buffer.concat(prefixed);
    const half = Math.floor(all.length / 2);
    const wire = Buffer.concat([
      frame(FrameType.settings, 0, 0, Buffer.alloc(6)),
      frame(FrameType.headers, Flag.endHeaders, 1, Buffer.from("headers")),
      frame(FrameType.data, 0, 1, all.subarray(0, half)),
      frame(FrameType.ping, 0, 0, Buffer.alloc(8)),
      frame(FrameType.data, 0, 1, all.subarray(half)),
    ]);
    for (let piece = 1; piece <= wire.length; piece += 1) {
      const { messages, frames } = parse(wire, piece);
      expect(messages).to.deep.equal(texts);
      expect(frames).to.deep.equal([FrameType.settings, FrameType.headers, FrameType.ping]);
    }
  });

  it("the client respects the server's windows, also after the server shrinks them", () => {
    const window = new SendWindow();
    expect(window.take(60_000)).to.equal(true);
    expect(window.take(6_000)).to.equal(false);
    window.widen(1, Buffer.of(0, 0, 0x10, 0));
    expect(window.take(6_000)).to.equal(false);
    window.widen(0, Buffer.of(0, 0, 0x10, 0));
    expect(window.take(6_000)).to.equal(true);
    const smaller = Buffer.alloc(6);
    smaller.writeUInt16BE(4, 0);
    smaller.writeUInt32BE(1_000, 2);
    window.settings(smaller);
    expect(window.take(1)).to.equal(false);
  });
});

function parse(wire: Buffer, piece: number): { messages: string[]; frames: number[] } {
  const messages: string[] = [];
  const frames: number[] = [];
  const inner = new MessageParser((bytes, start, end) => messages.push(bytes.toString("latin1", start, end)));
  const parser = new FrameParser({
    data: (bytes, start, end) => inner.push(bytes, start, end),
    frame: (type) => frames.push(type),
  });
  // All pieces share one buffer, as with real sockets.
  const buffer = Buffer.alloc(piece);
  for (let at = 0; at < wire.length; at += piece) parser.push(buffer, wire.copy(buffer, 0, at, at + piece));
  return { messages, frames };
}
