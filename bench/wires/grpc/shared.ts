import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import type { Client, Sink, Wire } from "../wire.ts";
import { CHAT_PATH, grpcWire } from "./index.ts";
import { MessageParser } from "./messages.ts";
import { joinRequest, prefixedRequest } from "./request.ts";
import { readResponse } from "./response.ts";

/**
 * A gRPC wire with up to this many clients on one connection, to measure what an idle stream costs the server. Its
 * clients only receive, and they are slow because they use `node:http2`.
 */
export function sharedGrpcWire(clientsPerConnection: number): Wire {
  let session: ClientHttp2Session | undefined;
  let opened = 0;
  return {
    signIn: grpcWire.signIn,
    open(address, token, sink) {
      // The errors of the connection are ignored here, because they also reach each of its streams.
      if (opened % clientsPerConnection === 0) session = connect(`http://${address}`).on("error", () => {});
      opened += 1;
      return new Promise((resolve, reject) => {
        if (!session) throw new Error("There is no connection.");
        const client = new ReceivingClient(session, token, sink, (error) => (error ? reject(error) : resolve(client)));
      });
    },
  };
}

class ReceivingClient implements Client {
  readonly #stream: ClientHttp2Stream;

  constructor(session: ClientHttp2Session, token: string, sink: Sink, opened: (error?: Error) => void) {
    let greeted = false;
    const fail = (error: Error) => (greeted ? sink.failed(error) : opened(error));
    const messages = new MessageParser((bytes, start, end) => {
      readResponse(bytes, start, end, sink);
      if (!greeted) opened();
      greeted = true;
    });
    this.#stream = session.request(
      { ":method": "POST", ":path": CHAT_PATH, "content-type": "application/grpc", authorization: `Bearer ${token}` },
      { endStream: false },
    );
    this.#stream.on("error", fail).on("end", () => fail(new Error("The server ended the call.")));
    this.#stream.on("data", (bytes: Buffer) => {
      try {
        messages.push(bytes, 0, bytes.length);
      } catch (error) {
        fail(error as Error);
      }
    });
  }

  join(resumeAfter?: number): void {
    this.#stream.write(prefixedRequest(joinRequest(resumeAfter)));
  }

  send(): void {
    throw new Error("A client that shares its connection cannot send.");
  }

  pause(): void {
    throw new Error("A client that shares its connection cannot pause.");
  }

  resume(): void {}

  close(): void {
    this.#stream.destroy();
  }
}
