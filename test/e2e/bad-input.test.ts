import { once } from "node:events";
import net from "node:net";
import { deflateSync, gzipSync } from "node:zlib";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { expect } from "chai";
import { ChatRequest, ListRequest, RegisterRequest } from "../../src/gen/obrolan/v1/chat.ts";
import { describeBothWays } from "../support/bothWays.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { join, sendAll } from "../support/commands.ts";
import { Code, type Ending } from "../support/ending.ts";
import { expectFailed, expectGoodbye, nameOf } from "../support/expect.ts";
import { frame } from "../support/frames.ts";
import { useServer } from "../support/server.ts";
import { bearer } from "../support/wire.ts";

const KIB = 1024;
const REGISTER = "/obrolan.v1.ChatService/Register";
const LIST = "/obrolan.v1.ChatService/List";

/** A `ChatRequest` with a `send_all` whose text is these bytes. */
function sendAllBytes(text: Uint8Array): Uint8Array {
  const inner = new BinaryWriter().uint32(10).bytes(text).finish();
  return new BinaryWriter().uint32(26).bytes(inner).finish();
}

/** A `send_all` that is exactly `bytes` long on the wire. */
function requestOf(size: number): Uint8Array {
  const overhead = ChatRequest.encode({ requestId: "", command: sendAll("x".repeat(60_000)) }).finish().length - 60_000;
  const request = ChatRequest.encode({ requestId: "", command: sendAll("x".repeat(size - overhead)) }).finish();
  if (request.length !== size) throw new Error(`made ${request.length} bytes instead of ${size}`);
  return request;
}

const BROKEN = {
  "a tag without a value": Buffer.from([0x0a]),
  "a length beyond the end": Buffer.from([0x0a, 0x7f, 0x61]),
  "a varint without an end": Buffer.alloc(12, 0xff),
  "a field number of 0": Buffer.from([0x02, 0x01, 0x61]),
  "a group that ends and never began": Buffer.from([0x0c]),
  "a wire type that does not exist": Buffer.from([0x0f, 0x01]),
};

const NOT_UTF8 = {
  "a byte that begins nothing": Buffer.from([0x61, 0xff]),
  "a character that is cut off": Buffer.from([0xe2, 0x82]),
  "an overlong form": Buffer.from([0xc0, 0x80]),
  "half of a surrogate pair": Buffer.from([0xed, 0xa0, 0x80]),
  "a code point past the last": Buffer.from([0xf4, 0x90, 0x80, 0x80]),
};

describeBothWays("Bad input", function () {
  this.timeout(60_000);
  const server = useServer();

  function expectInvalid(ending: Ending, code: keyof typeof Code): void {
    expectFailed(ending, code, "REQUEST_INVALID");
  }

  async function expectInvalidEnd(chat: ChatStream, code: keyof typeof Code): Promise<void> {
    await expectGoodbye(chat, { reason: "REQUEST_INVALID", reconnect: true, code });
  }

  /** A user in the room who must notice nothing of the bad input of others. */
  let bystander: ChatStream;
  beforeEach(async () => {
    bystander = await server.enter(await server.person("bystander"));
  });
  afterEach(async () => {
    await bystander.accept(sendAll("all is well"));
  });

  async function ana(): Promise<ChatStream> {
    return server.enter(await server.person("ana"));
  }

  it("a request of 64 KiB is answered on the stream", async () => {
    const chat = await ana();
    chat.sendBytes(requestOf(64 * KIB));
    expect(nameOf((await chat.next("rejected")).reason)).to.equal("TEXT_TOO_LONG");
    await chat.accept(sendAll("goes on"));
  });

  it("a request of 64 KiB and one byte ends the call with RESOURCE_EXHAUSTED", async () => {
    const chat = await ana();
    chat.sendBytes(requestOf(64 * KIB + 1));
    await expectInvalidEnd(chat, "RESOURCE_EXHAUSTED");
  });

  it("a request that announces 4 GiB ends the call with RESOURCE_EXHAUSTED before the bytes arrive", async () => {
    const chat = await ana();
    chat.http.write(Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
    await expectInvalidEnd(chat, "RESOURCE_EXHAUSTED");
  });

  it("a request of 5 MiB ends the call with RESOURCE_EXHAUSTED", async () => {
    const chat = await ana();
    chat.sendBytes(Buffer.alloc(5 * KIB * KIB));
    await expectInvalidEnd(chat, "RESOURCE_EXHAUSTED");
  });

  it("a request that decompresses to more than 64 KiB ends the call with RESOURCE_EXHAUSTED", async () => {
    const person = await server.person("ana");
    const wire = await server.connect();
    const bomb = gzipSync(Buffer.alloc(50 * KIB * KIB));
    const { ending } = await wire.callRaw("/obrolan.v1.ChatService/Chat", frame(bomb, true), {
      ...bearer(person.token),
      "grpc-encoding": "gzip",
    });
    expectInvalid(ending, "RESOURCE_EXHAUSTED");
  });

  it("a unary request over 64 KiB ends with RESOURCE_EXHAUSTED", async () => {
    const wire = await server.connect();
    const request = RegisterRequest.encode({ username: "x".repeat(70_000), password: "" }).finish();
    expectInvalid((await wire.callBytes(REGISTER, request)).ending, "RESOURCE_EXHAUSTED");
  });

  for (const [what, bytes] of Object.entries(BROKEN)) {
    it(`a request that is not protobuf (${what}) ends the call with INVALID_ARGUMENT`, async () => {
      const chat = await ana();
      chat.sendBytes(bytes);
      await expectInvalidEnd(chat, "INVALID_ARGUMENT");
      const wire = await server.connect();
      expectInvalid((await wire.callBytes(REGISTER, bytes)).ending, "INVALID_ARGUMENT");
    });
  }

  for (const [what, bytes] of Object.entries(NOT_UTF8)) {
    it(`a string that is not UTF-8 (${what}) ends the call with INVALID_ARGUMENT`, async () => {
      const inText = await ana();
      inText.sendBytes(sendAllBytes(bytes));
      await expectInvalidEnd(inText, "INVALID_ARGUMENT");
      const inRequestId = await ana();
      inRequestId.sendBytes(new BinaryWriter().uint32(10).bytes(bytes).finish());
      await expectInvalidEnd(inRequestId, "INVALID_ARGUMENT");
      const wire = await server.connect();
      const request = new BinaryWriter().uint32(10).bytes(bytes).finish();
      expectInvalid((await wire.callBytes(REGISTER, request)).ending, "INVALID_ARGUMENT");
    });
  }

  it("messages accepted before a broken request stay accepted, and no command behind it is carried out", async () => {
    const chat = await ana();
    const { id } = await chat.accept(sendAll("before"));
    chat.sendBytes(Buffer.from([0xff]));
    for (let i = 0; i < 5; i++) chat.send(sendAll("behind"));
    await chat.end();
    const { id: next } = await bystander.accept(sendAll("next"));
    expect(next).to.equal(id + 1n);
  });

  it("a unary call with no request or half of one fails with INVALID_ARGUMENT (REQUEST_INVALID)", async () => {
    const person = await server.person("ana");
    const wire = await server.connect();
    for (const body of [Buffer.alloc(0), Buffer.from([0]), Buffer.from([0, 0, 0, 0, 9, 1])]) {
      for (const path of [REGISTER, LIST]) {
        const { ending } = await wire.callRaw(path, body, bearer(person.token));
        expectInvalid(ending, "INVALID_ARGUMENT");
      }
    }
  });

  it("a unary call with two requests fails with INVALID_ARGUMENT (REQUEST_INVALID)", async () => {
    const wire = await server.connect();
    const request = frame(RegisterRequest.encode({ username: "ana", password: "rahasia123" }).finish());
    const { ending } = await wire.callRaw(REGISTER, Buffer.concat([request, request]));
    expectInvalid(ending, "INVALID_ARGUMENT");
  });

  it("the server accepts a request that is compressed with gzip or deflate", async () => {
    const person = await server.person("ana");
    const wire = await server.connect();
    for (const [encoding, compress] of Object.entries({ gzip: gzipSync, deflate: deflateSync })) {
      const request = frame(compress(ListRequest.encode({ pageSize: 1, pageToken: "" }).finish()), true);
      const headers = { ...bearer(person.token), "grpc-encoding": encoding };
      const { ending } = await wire.callRaw(LIST, request, headers);
      expect(ending.code, ending.message).to.equal(Code.OK);
    }
  });

  it("a compressed request with no, an unknown or the wrong encoding fails with REQUEST_INVALID", async () => {
    const wire = await server.connect();
    const compressed = frame(gzipSync(Buffer.alloc(10)), true);
    expectInvalid((await wire.callRaw(REGISTER, compressed)).ending, "INVALID_ARGUMENT");
    const unknown = { "grpc-encoding": "zstd" };
    expectInvalid((await wire.callRaw(REGISTER, compressed, unknown)).ending, "UNIMPLEMENTED");
    const notGzip = frame(Buffer.from("not gzip"), true);
    expectInvalid((await wire.callRaw(REGISTER, notGzip, { "grpc-encoding": "gzip" })).ending, "INVALID_ARGUMENT");
  });

  it("a message whose first byte is neither 0 nor 1 fails with INVALID_ARGUMENT (REQUEST_INVALID)", async () => {
    const wire = await server.connect();
    const { ending } = await wire.callRaw(REGISTER, Buffer.from([2, 0, 0, 0, 0]));
    expectInvalid(ending, "INVALID_ARGUMENT");
    const chat = await ana();
    chat.http.write(Buffer.from([255, 0, 0, 0, 0]));
    await expectInvalidEnd(chat, "INVALID_ARGUMENT");
  });

  it("a bad request to health or reflection carries its reason too", async () => {
    const wire = await server.connect();
    const paths = [
      "/grpc.health.v1.Health/Check",
      "/grpc.health.v1.Health/Watch",
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ];
    for (const path of paths) {
      const broken = await wire.callBytes(path, Buffer.from([0x0a, 0x7f, 0x61]));
      expectInvalid(broken.ending, "INVALID_ARGUMENT");
      const tooLarge = await wire.callBytes(path, Buffer.alloc(64 * KIB + 1));
      expectInvalid(tooLarge.ending, "RESOURCE_EXHAUSTED");
    }
    const notUtf8 = new BinaryWriter()
      .uint32(10)
      .bytes(Buffer.from([0xff]))
      .finish();
    for (const path of paths.slice(0, 2)) {
      expectInvalid((await wire.callBytes(path, notUtf8)).ending, "INVALID_ARGUMENT");
    }
  });

  it("a call of a method that does not exist fails with UNIMPLEMENTED", async () => {
    const wire = await server.connect();
    for (const path of ["/obrolan.v1.ChatService/Nothing", "/nothing.v1.Service/Chat", "/"]) {
      expect((await wire.callBytes(path, new Uint8Array())).ending.code).to.equal(Code.UNIMPLEMENTED);
    }
  });

  it("an authorization of 60 KiB, or of two values, does not sign in", async () => {
    const person = await server.person("ana");
    const wire = await server.connect();
    const big = await wire.callBytes(LIST, new Uint8Array(), bearer("x".repeat(60_000)));
    expect([undefined, Code.RESOURCE_EXHAUSTED, Code.UNAUTHENTICATED, Code.INTERNAL]).to.include(big.ending.code);
    const other = await server.connect();
    const two = await other.callBytes(LIST, new Uint8Array(), {
      authorization: `Bearer wrong, Bearer ${person.token}`,
    });
    expect(two.ending.code).to.equal(Code.UNAUTHENTICATED);
  });

  it("bytes that are not HTTP/2 end their own connection alone", async () => {
    for (const bytes of [
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      Buffer.alloc(10_000, 0xff),
      Buffer.from("PRI * HTTP/2.0"),
    ]) {
      const socket = net.connect(server.port, "127.0.0.1");
      socket.on("error", () => {});
      socket.resume();
      socket.end(bytes);
      await once(socket, "close");
    }
  });

  it("a connection that is cut in the middle of a request leaves nothing behind", async () => {
    const { streams } = server.chatServer.stats();
    const person = await server.person("ana");
    const wire = await server.connect();
    const chat = wire.chat(person.token);
    chat.send(join());
    await chat.next("caughtUp");
    chat.http.write(frame(requestOf(50 * KIB)).subarray(0, 20_000));
    await wire.list(person.token);
    wire.cut();
    await chat.end();
    const other = await server.enter(person);
    other.halfClose();
    await other.end();
    expect(server.chatServer.stats().streams).to.equal(streams);
  });
});
