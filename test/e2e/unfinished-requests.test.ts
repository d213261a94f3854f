import { expect } from "chai";
import { ChatRequest, ListRequest } from "../../src/gen/obrolan/v1/chat.ts";
import { INBOUND_LIMITS } from "../../src/server/rpc/inbound/limits.ts";
import { describeBothWays } from "../support/bothWays.ts";
import { help, sendAll } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import { Code, type Ending, readEnding } from "../support/ending.ts";
import { expectFailed } from "../support/expect.ts";
import { frame } from "../support/frames.ts";
import { watchHealth } from "../support/health.ts";
import { RawClient } from "../support/rawClient.ts";
import { differsOnBun } from "../support/runtime.ts";
import { useServer } from "../support/server.ts";
import { bearer, type Connection } from "../support/wire.ts";

const SERVICE = "/obrolan.v1.ChatService";
const UNARY = [
  ...["Register", "Login", "List", "Logout"].map((name) => `${SERVICE}/${name}`),
  "/grpc.health.v1.Health/Check",
  "/grpc.health.v1.Health/Watch",
];
const REFLECTION = ["v1", "v1alpha"].map((v) => `/grpc.reflection.${v}.ServerReflection/ServerReflectionInfo`);
const RST_STREAM = 3;
const GOAWAY = 7;
const ENHANCE_YOUR_CALM = 11;

/** Sends these bytes of a call and never ends it. Resolves when the server has ended the call and closed the stream. */
async function neverEnd(wire: Connection, path: string, bytes: Uint8Array, token?: string): Promise<Ending> {
  const stream = wire.start(path, bearer(token));
  let trailers = {};
  stream.on("response", (headers) => {
    trailers = headers;
  });
  stream.on("trailers", (headers) => {
    trailers = headers;
  });
  stream.on("error", () => {});
  stream.resume();
  const closed = new Promise((resolve) => stream.on("close", resolve));
  if (bytes.length > 0) stream.write(bytes);
  await within(closed, `the end of ${path}`);
  return readEnding(trailers, stream.rstCode);
}

describeBothWays("A request that is never finished", function () {
  this.timeout(60_000);
  // Short, so that the test need not wait. src/server/rpc/inbound/limits.ts has the defaults.
  const server = useServer({ inbound: { requestMs: 30, messageMs: 30, idleMs: 30, lingerMs: 1 } });

  for (const path of UNARY) {
    it(`an unfinished request to ${path} ends with DEADLINE_EXCEEDED, with no body or half of one`, async () => {
      const wire = await server.connect();
      for (const body of [
        Buffer.alloc(0),
        Buffer.from([0, 0, 0]),
        frame(Buffer.from("ab")).subarray(0, 6),
        frame(Buffer.alloc(0)),
      ]) {
        expectFailed(await neverEnd(wire, path, body), "DEADLINE_EXCEEDED", "REQUEST_INVALID");
      }
    });
  }

  for (const path of REFLECTION) {
    it(`an unfinished request to ${path} ends with DEADLINE_EXCEEDED, with no body or half of one`, async () => {
      const wire = await server.connect();
      for (const body of [Buffer.alloc(0), Buffer.from([0, 0, 0])]) {
        expectFailed(await neverEnd(wire, path, body), "DEADLINE_EXCEEDED", "REQUEST_INVALID");
      }
    });
  }

  it("an unfinished request on Chat resets the stream without a goodbye, and the connection goes on", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    const chat = wire.chat(ana.token);
    await chat.next("welcome");
    chat.http.write(frame(ChatRequest.encode({ requestId: "", command: sendAll("half") }).finish()).subarray(0, 9));
    const ending = await chat.end();
    expect(ending.code).to.equal(undefined);
    expect(chat.kinds).to.deep.equal(["welcome"]);
    await wire.chat(ana.token).accept(sendAll("goes on"));
  });

  it("the limit does not end a silent stream of Chat", async () => {
    const ana = await server.person("ana");
    const [quiet, ticking] = [await server.enter(ana), await server.connect()];
    for (const path of UNARY) await neverEnd(ticking, path, Buffer.alloc(0));
    await quiet.accept(sendAll("still here"));
  });

  it("the limit does not end a Watch of health whose request was complete", async () => {
    const wire = await server.connect();
    const next = watchHealth(wire, "", Infinity);
    expect(await next()).to.equal(1n);
    const told = next();
    for (const path of UNARY) await neverEnd(wire, path, Buffer.alloc(0));
    const other = await Promise.race([
      told.then(() => "told"),
      server.online(await server.person("ana")).then(() => "open"),
    ]);
    expect(other).to.equal("open");
    wire.close();
    told.catch(() => {});
  });

  it("an unfinished request whose call the server has ended does not keep the stream open", async () => {
    const wire = await server.connect();
    const ending = await neverEnd(wire, `${SERVICE}/Chat`, Buffer.alloc(0), "not a token");
    expectFailed(ending, "UNAUTHENTICATED", "SESSION_INVALID");
  });
});

describe("Unfinished requests of one connection", function () {
  this.timeout(60_000);
  const server = useServer();

  /** Calls `begin` after the server's first frame. Resolves with the code of the server's first frame of this type. */
  async function ends(client: RawClient, type: number, begin: () => void): Promise<number> {
    const find = async () => {
      let code = -1;
      let hasBegun = false;
      for await (const each of client.frames()) {
        if (!hasBegun) begin();
        hasBegun = true;
        if (each.type !== type) continue;
        code = each.payload.readUInt32BE(type === GOAWAY ? 4 : 0);
        break;
      }
      return code;
    };
    return within(find(), "the server to end the request");
  }

  for (const path of [...UNARY, ...REFLECTION, `${SERVICE}/Chat`]) {
    it(`a request to ${path} in 2,005 DATA frames of one byte is reset`, async () => {
      const ana = await server.person("ana");
      const client = await RawClient.connect(server.port, ana.token, { path });
      const drip = () => {
        const [stream = 1] = client.open(1);
        client.drip(stream, Buffer.from([0, 0, 0, 0xff, 0xff]));
        client.drip(stream, Buffer.alloc(2_000, 0x41));
      };
      expect(await ends(client, RST_STREAM, drip)).to.equal(ENHANCE_YOUR_CALM);
    });
  }

  it("unfinished requests hold at most 256 KiB: a call beyond it is OVERLOADED until others have ended", async () => {
    const wire = await server.connect();
    const half = frame(Buffer.alloc(60_000)).subarray(0, 59_000);
    const held = Array.from({ length: 4 }, () => wire.start(`${SERVICE}/Login`));
    for (const stream of held) {
      stream.on("error", () => {});
      stream.write(half);
    }
    const { ending } = await wire.callRaw(`${SERVICE}/Login`, half);
    expectFailed(ending, "RESOURCE_EXHAUSTED", "OVERLOADED");
    expect(ending.message).to.match(/^The unfinished requests of this connection have more than 262144 bytes/);
    expect(ending.details?.retryAfterMs).to.equal(1_000);
    const closed = held.map((stream) => new Promise((resolve) => stream.on("close", resolve)));
    for (const stream of held) stream.close();
    await within(Promise.all(closed), "the calls to close");
    expectFailed((await wire.callRaw(`${SERVICE}/Login`, half)).ending, "INVALID_ARGUMENT", "REQUEST_INVALID");
  });

  it("request headers have at most 16 KiB, also before the client acknowledges the settings", async function () {
    differsOnBun(this, 18);
    const wire = await server.connect();
    expect(wire.session.remoteSettings.maxHeaderListSize).to.equal(INBOUND_LIMITS.headerBytes);
    const headers = [["x-large", "a".repeat(16_000)]] as const;
    const client = await RawClient.connect(server.port, "token", {
      path: `${SERVICE}/List`,
      headers,
      acknowledges: false,
    });
    const code = await ends(client, GOAWAY, () => client.open(INBOUND_LIMITS.violations));
    expect(code, "GOAWAY").to.equal(ENHANCE_YOUR_CALM);
  });

  it("a client may send many short commands at once, each in a DATA frame of its own", async () => {
    const chat = await server.enter(await server.person("ana"));
    chat.pause();
    for (let i = 0; i < 5_000; i++)
      chat.http.write(frame(ChatRequest.encode({ requestId: "", command: help }).finish()));
    chat.http.write(frame(ChatRequest.encode({ requestId: "last", command: help }).finish()));
    chat.resume();
    await chat.reply("last");
  });

  it("a client may send a short request in DATA frames of one byte", async () => {
    const ana = await server.person("ana");
    const wire = await server.connect();
    const stream = wire.start(`${SERVICE}/List`, bearer(ana.token));
    const request = frame(ListRequest.encode({ pageSize: 5, pageToken: "" }).finish());
    let code: unknown;
    stream.on("trailers", (trailers) => {
      code = trailers["grpc-status"];
    });
    stream.resume();
    for (const byte of request) {
      stream.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    stream.end();
    await within(new Promise((resolve) => stream.on("close", resolve)), "the end of the call");
    expect(Number(code)).to.equal(Code.OK);
  });
});
