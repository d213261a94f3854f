import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  status,
} from "@grpc/grpc-js";
import { expect } from "chai";
import { http2StreamOf, resetStream, writeMessage } from "../../../src/server/rpc/chat/http2Stream.ts";
import { SharedFrames } from "../../../src/server/rpc/chat/sharedFrames.ts";

const PATH = "/obrolan.test.Chat/Chat";
const METHOD = {
  path: PATH,
  requestStream: true,
  responseStream: true,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
} as const;
const SHORT = Buffer.from("short");
const LONG = Buffer.alloc(100_000, "long");

/** Serves one method with a handler for the innermost call object of grpc-js. */
async function serve(answer: (call: ServerInterceptingCallInterface) => void) {
  const server = new Server({
    interceptors: [
      (_, call) =>
        new ServerInterceptingCall(call, {
          start: () =>
            call.start({
              onReceiveMetadata: () => answer(call),
              onReceiveMessage: () => {},
              onReceiveHalfClose: () => {},
              onCancel: () => {},
            }),
        }),
    ],
  });
  server.addService({ chat: METHOD }, { chat: () => {} });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { "grpc.enable_http_proxy": 0 });
  return {
    call: () =>
      new Promise<{ code: status; messages: Buffer[] }>((resolve) => {
        const { requestSerialize, responseDeserialize } = METHOD;
        const stream = client.makeBidiStreamRequest(PATH, requestSerialize, responseDeserialize, new Metadata());
        const messages: Buffer[] = [];
        stream.on("data", (message: Buffer) => messages.push(message));
        // The status reports the end of the call too.
        stream.on("error", () => {});
        stream.on("status", ({ code }) => resolve({ code, messages }));
      }),
    close: () => {
      client.close();
      server.forceShutdown();
    },
  };
}

type Served = Awaited<ReturnType<typeof serve>>;

function streamOf(call: ServerInterceptingCallInterface) {
  const stream = http2StreamOf(call);
  if (stream === undefined) throw new Error("this version of grpc-js keeps the HTTP/2 stream of a call elsewhere");
  return stream;
}

describe("The HTTP/2 stream behind a call of grpc-js", () => {
  let served: Served;
  afterEach(() => served?.close());

  it("a client receives the messages in the order of the writes, and then the status", async () => {
    const frames = new SharedFrames();
    served = await serve((call) => {
      const stream = streamOf(call);
      const messages = [SHORT, LONG, SHORT, LONG, SHORT];
      const writeNext = () => {
        const message = messages.shift();
        if (message !== undefined) writeMessage(stream, message, frames, writeNext);
        else call.sendStatus({ code: status.OK, details: "", metadata: null });
      };
      call.sendMetadata(new Metadata());
      writeNext();
    });
    const { code, messages } = await served.call();
    expect(code).to.equal(status.OK);
    expect(messages.map(String)).to.deep.equal([SHORT, LONG, SHORT, LONG, SHORT].map(String));
  });

  it("a client whose stream is reset sees the call cancelled", async () => {
    served = await serve((call) => {
      const stream = streamOf(call);
      call.sendMetadata(new Metadata());
      writeMessage(stream, SHORT, new SharedFrames(), () => resetStream(stream));
    });
    expect((await served.call()).code).to.equal(status.CANCELLED);
  });
});

describe("http2StreamOf", () => {
  const found = (call: object) => http2StreamOf(call as ServerInterceptingCallInterface);
  const methods = { close: () => {}, cork: () => {}, on: () => {}, uncork: () => {}, write: () => {} };

  it("a call that keeps its HTTP/2 stream elsewhere has none", () => {
    expect(found({})).to.equal(undefined);
    expect(found({ stream: undefined })).to.equal(undefined);
  });

  it("a stream without one of the methods that are used counts as none", () => {
    expect(found({ stream: methods })).to.equal(methods);
    for (const method of Object.keys(methods)) {
      expect(found({ stream: { ...methods, [method]: undefined } }), method).to.equal(undefined);
    }
  });
});
