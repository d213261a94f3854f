import { randomUUID } from "node:crypto";
import type { ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import { ChatRequest, ChatResponse, type Event } from "../../src/gen/obrolan/v1/chat.ts";
import type { Command, Kind, Received } from "./commands.ts";
import { DEADLINE, within } from "./deadline.ts";
import { type Ending, readEnding } from "./ending.ts";
import { frame, Unframer } from "./frames.ts";

/** How a `Chat` stream is opened. */
export interface ChatOptions {
  /** Whether to read from the start; default true. */
  readonly reading?: boolean;
  /** Takes every response as bytes of the wire, instead of decoding and keeping it. */
  readonly take?: (response: Buffer) => void;
  /** The limit of each wait on the stream, in milliseconds; default `DEADLINE`. */
  readonly deadline?: number;
}

/** A response as it arrived. */
export interface Response extends ChatResponse {
  /** Its length on the wire, in bytes. */
  readonly size: number;
}

/**
 * One `Chat` call on the wire. It sends what a test tells it to, keeps everything that arrives, and lets a test wait
 * for any of it, always with a deadline.
 */
export class ChatStream {
  readonly responses: Response[] = [];
  readonly events: Event[] = [];
  /** How the call ended, after everything before the end was read. */
  readonly ended: Promise<Ending>;

  /** The HTTP/2 stream, for tests that break the protocol. */
  readonly http: ClientHttp2Stream;
  readonly #unclaimed = new Map<Kind, object[]>();
  readonly #replies = new Map<string, Event[]>();
  readonly #watchers = new Set<() => void>();
  readonly #cancel: () => void;
  readonly #deadline: number;
  #ending: Ending | undefined;

  constructor(http: ClientHttp2Stream, cancel: () => void, options: ChatOptions = {}) {
    this.http = http;
    this.#cancel = cancel;
    this.#deadline = options.deadline ?? DEADLINE;
    const unframer = new Unframer();
    const take = options.take ?? ((response: Buffer) => this.#keep(response));
    if (options.reading === false) http.pause();
    http.on("data", (chunk: Buffer) => {
      for (const message of unframer.push(chunk)) take(message);
      for (const watch of this.#watchers) watch();
    });
    this.ended = new Promise((resolve) => {
      let trailers: IncomingHttpHeaders = {};
      const end = () => {
        this.#ending ??= readEnding(trailers, http.rstCode);
        resolve(this.#ending);
        for (const watch of this.#watchers) watch();
        http.close();
      };
      http.on("response", (headers) => {
        if (headers["grpc-status"] !== undefined) trailers = headers;
      });
      http.on("trailers", (headers) => {
        trailers = headers;
      });
      http.on("end", () => trailers["grpc-status"] !== undefined && end());
      http.on("close", end);
      // `ended` has the error.
      http.on("error", () => {});
    });
  }

  #keep(bytes: Buffer): void {
    const response = { ...ChatResponse.decode(bytes), size: bytes.length };
    this.responses.push(response);
    for (const event of response.events) {
      this.events.push(event);
      const { requestId, event: content } = event;
      if (content === undefined) continue;
      push(this.#unclaimed, content.$case, { ...content.value, requestId });
      if (requestId !== "") push(this.#replies, requestId, event);
    }
  }

  /** The cursor that a client would resume from; undefined if none came yet. */
  get cursor(): bigint | undefined {
    return this.responses.findLast((response) => response.cursor !== 0n)?.cursor;
  }

  /** All messages, in order of arrival. */
  get messages(): Received<"message">[] {
    return this.received("message");
  }

  /** All events of a kind, claimed or not. */
  received<K extends Kind>(kind: K): Received<K>[] {
    return this.events.map((event) => opened(kind, event)).filter((event) => event !== undefined);
  }

  /** The names of all events, in order of arrival. */
  get kinds(): (Kind | undefined)[] {
    return this.events.map(({ event }) => event?.$case);
  }

  /** Sends a command and returns its `request_id`, a generated one by default. */
  send(command: Command | undefined, requestId: string = randomUUID()): string {
    this.sendBytes(ChatRequest.encode({ requestId, command }).finish());
    return requestId;
  }

  /** Sends any bytes as a message. */
  sendBytes(message: Uint8Array): void {
    this.http.write(frame(message));
  }

  /** Waits for the next unclaimed event of a kind. Events of other kinds stay for their own `next`. */
  async next<K extends Kind>(kind: K, where: (event: Received<K>) => boolean = () => true): Promise<Received<K>> {
    return this.until(kind, () => {
      const events = (this.#unclaimed.get(kind) ?? []) as unknown as Received<K>[];
      const index = events.findIndex(where);
      return index < 0 ? undefined : events.splice(index, 1)[0];
    });
  }

  /** Waits for the direct reply to a command. */
  async reply(requestId: string): Promise<Event> {
    return this.until(`the reply to ${requestId}`, () => this.#replies.get(requestId)?.shift());
  }

  /** Sends a command and waits for its reply. */
  async ask(command: Command | undefined, requestId?: string): Promise<Event> {
    return this.reply(this.send(command, requestId));
  }

  /** Sends a message and waits until it is accepted. */
  async accept(command: Command, requestId?: string): Promise<Received<"accepted">> {
    return expectKind("accepted", await this.ask(command, requestId));
  }

  /** Sends a command and waits until it is refused. */
  async refuse(command: Command, requestId?: string): Promise<Received<"rejected">> {
    return expectKind("rejected", await this.ask(command, requestId));
  }

  /** Waits until `condition` returns something. It is evaluated after every chunk. */
  async until<T>(what: string, condition: () => T | undefined): Promise<T> {
    let watch = () => {};
    const found = new Promise<T>((resolve, reject) => {
      watch = () => {
        const value = condition();
        if (value !== undefined) resolve(value);
        else if (this.#ending) reject(new Error(`the stream ended before ${what} came: ${this.#story()}`));
      };
    });
    this.#watchers.add(watch);
    try {
      watch();
      return await within(found, () => `${what}: ${this.#story()}`, this.#deadline);
    } finally {
      this.#watchers.delete(watch);
    }
  }

  #story(): string {
    const { code, message, reason, reset } = this.#ending ?? {};
    const last = this.events.slice(-5).map((event) => JSON.stringify(event.event, jsonable));
    const end = this.#ending ? `ended with ${code} ${reason} ${message} (reset ${reset})` : "still open";
    return `${this.events.length} events, ${end}, last: ${last.join(" ")}`;
  }

  /** Waits for the end of the call. */
  async end(): Promise<Ending> {
    return within(this.ended, () => `the end of the stream: ${this.#story()}`, this.#deadline);
  }

  /** Half-closes the stream: the client sends nothing more. */
  halfClose(): void {
    this.http.end();
  }

  /** Cancels the call with `RST_STREAM`, without a half-close. */
  cancel(): void {
    this.#cancel();
  }

  /** Cancels the call as grpc-js does: it half-closes and resets the stream at once. */
  cancelAsGrpcJs(): void {
    this.http.close(8);
  }

  /** Stops reading: flow control then stops the server. */
  pause(): void {
    this.http.pause();
  }

  /** Resumes reading. */
  resume(): void {
    this.http.resume();
  }
}

/** The event if it is of this kind; otherwise undefined. */
function opened<K extends Kind>(kind: K, { requestId, event }: Event): Received<K> | undefined {
  return event?.$case === kind ? ({ ...event.value, requestId } as unknown as Received<K>) : undefined;
}

/** The event of this kind, or an error that names the kind that came instead. */
export function expectKind<K extends Kind>(kind: K, reply: Event): Received<K> {
  const event = opened(kind, reply);
  if (event) return event;
  throw new Error(`expected ${kind}, but this came: ${JSON.stringify(reply, jsonable)}`);
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function jsonable(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
