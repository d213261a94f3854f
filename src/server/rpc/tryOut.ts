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
import { http2StreamOf, resetStream, writeMessage } from "./chat/http2Stream.ts";

const PATH = "/obrolan.TryOut/Chat";
const METHOD = {
  path: PATH,
  requestStream: true,
  responseStream: true,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
} as const;
const MESSAGES = [Buffer.from("one"), Buffer.alloc(100_000, "two")] as const;
/** How long a call to ourselves may take, in milliseconds. */
const PATIENCE = 5_000;

let tried: Promise<boolean> | undefined;

/**
 * Whether the HTTP/2 streams behind grpc-js's calls can be written to and reset as http2Stream.ts does it: tried out with a call
 * to ourselves, once a process. Where they cannot (another version of grpc-js), responses go the public way.
 */
export function worksDirectly(): Promise<boolean> {
  tried ??= tryOut().catch(() => false);
  return tried;
}

async function tryOut(): Promise<boolean> {
  const server = new Server({
    interceptors: [(_, call) => new ServerInterceptingCall(call, { start: () => answer(call) })],
  });
  server.addService({ chat: METHOD }, { chat: () => {} });
  const client = new Client(`127.0.0.1:${await listen(server)}`, credentials.createInsecure(), {
    "grpc.enable_http_proxy": 0,
    "grpc.use_local_subchannel_pool": 1,
  });
  try {
    const [written, reset] = await Promise.all([call(client, "write"), call(client, "reset")]);
    return (
      written.code === status.OK &&
      Buffer.concat(MESSAGES).equals(Buffer.concat(written.messages)) &&
      written.messages.length === MESSAGES.length &&
      reset.code === status.CANCELLED
    );
  } finally {
    client.close();
    server.forceShutdown();
  }
}

/** Writes the messages one after the other, each when the one before has left, and ends the call; or resets it behind the first. */
function answer(call: ServerInterceptingCallInterface): void {
  call.start({
    onReceiveMetadata: (metadata) => {
      const stream = http2StreamOf(call);
      if (stream === undefined) return call.sendStatus({ code: status.UNIMPLEMENTED, details: "", metadata: null });
      const [first, second] = MESSAGES;
      const mustReset = metadata.get("do")[0] === "reset";
      call.sendMetadata(new Metadata());
      writeMessage(stream, first, () => {
        if (mustReset) return resetStream(stream);
        writeMessage(stream, second, () => call.sendStatus({ code: status.OK, details: "", metadata: null }));
      });
    },
    onReceiveMessage: () => {},
    onReceiveHalfClose: () => {},
    onCancel: () => {},
  });
}

function call(client: Client, what: string): Promise<{ code: status; messages: Buffer[] }> {
  const metadata = new Metadata();
  metadata.set("do", what);
  const { responseDeserialize, requestSerialize } = METHOD;
  const stream = client.makeBidiStreamRequest(PATH, requestSerialize, responseDeserialize, metadata, {
    deadline: Date.now() + PATIENCE,
  });
  const messages: Buffer[] = [];
  return new Promise((resolve) => {
    stream.on("data", (message: Buffer) => messages.push(message));
    // Its status tells the same.
    stream.on("error", () => {});
    stream.on("status", ({ code }) => resolve({ code, messages }));
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}
