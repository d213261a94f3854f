import { createChannel, createClient } from "nice-grpc";
import { ChatServiceDefinition } from "../../../src/gen/obrolan/v1/chat.ts";
import type { Client, Pause, Sink, Wire } from "../wire.ts";
import { Connection } from "./connection.ts";
import { MessageParser } from "./messages.ts";
import { joinRequest, requestFrame, SendFrames } from "./request.ts";
import { readResponse } from "./response.ts";

/** The path of the `Chat` call. */
export const CHAT_PATH = `/${ChatServiceDefinition.fullName}/${ChatServiceDefinition.methods.chat.name}`;

/** A client of `obrolan.v1.ChatService`. */
export const grpcWire: Wire = {
  async signIn(address, count) {
    const channel = createChannel(address);
    try {
      const client = createClient(ChatServiceDefinition, channel);
      const tokens: string[] = [];
      for (let number = 1; number <= count; number += 1) {
        // Register accounts one after another, because the server hashes only a few passwords at once.
        const { token } = await client.register({ username: `bench${number}`, password: "benchmark-password" });
        tokens.push(token);
      }
      return tokens;
    } finally {
      channel.close();
    }
  },

  open(address, token, sink) {
    return new Promise((resolve, reject) => {
      const client = new GrpcClient(address, token, sink, (error) => (error ? reject(error) : resolve(client)));
    });
  },
};

class GrpcClient implements Client {
  readonly #connection: Connection;
  readonly #frames = new Map<number, SendFrames>();

  constructor(address: string, token: string, sink: Sink, opened: (error?: Error) => void) {
    let greeted = false;
    const messages = new MessageParser((bytes, start, end) => {
      readResponse(bytes, start, end, sink);
      if (!greeted) opened();
      greeted = true;
    });
    this.#connection = new Connection(
      address,
      CHAT_PATH,
      { authorization: `Bearer ${token}` },
      {
        data: (bytes, start, end) => messages.push(bytes, start, end),
        failed: (error) => (greeted ? sink.failed(error) : opened(error)),
      },
    );
  }

  join(resumeAfter?: number): void {
    this.#connection.send(requestFrame(joinRequest(resumeAfter)));
  }

  send(number: number, textBytes: number): void {
    const frames = this.#frames.get(textBytes) ?? new SendFrames(textBytes);
    this.#frames.set(textBytes, frames);
    this.#connection.send(frames.of(number));
  }

  pause(how: Pause): void {
    this.#connection.pause(how);
  }

  resume(): void {
    this.#connection.resume();
  }

  close(): void {
    this.#connection.close();
  }
}
