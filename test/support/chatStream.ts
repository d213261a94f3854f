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
  /** Takes every response as it stood on the wire, instead of it being opened and kept. */
  readonly take?: (response: Buffer) => void;
  /** How long each wait on the stream may take, in milliseconds; default `DEADLINE`. */
  readonly deadline?: number;
}

/** A response as it came. */
export interface Response extends ChatResponse {
  /** Its length on the wire, in bytes. */
  readonly size: number;
}

/**
 * One `Chat` call, seen from the wire: it sends whatever it is told to, keeps everything that comes, and lets a test wait
 * for any of it, always with a deadline.
 */
export class ChatStream {
  readonly responses: Response[] = [];
  readonly events: Event[] = [];
  /** How the call ended, once everything before it has been read. */
  readonly ended: Promise<Ending>;

  /** The HTTP/2 stream itself, for what only an enemy does. */
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
      // What went wrong is in the ending.
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

  /** The cursor that a client would come back with; undefined where none came yet. */
  get cursor(): bigint | undefined {
    return this.responses.findLast((response) => response.cursor !== 0n)?.cursor;
  }

  /** All messages that came, in the order in which they came. */
  get messages(): Received<"message">[] {
    return this.received("message");
  }

  /** All events of a kind that came, claimed or not. */
  received<K extends Kind>(kind: K): Received<K>[] {
    return this.events.map((event) => opened(kind, event)).filter((event) => event !== undefined);
  }

  /** The names of all events that came, in order. */
  get kinds(): (Kind | undefined)[] {
    return this.events.map(({ event }) => event?.$case);
  }

  /** Sends a command and returns its `request_id`; without one given it makes one up. */
  send(command: Command | undefined, requestId: string = randomUUID()): string {
    this.sendBytes(ChatRequest.encode({ requestId, command }).finish());
    return requestId;
  }

  /** Sends any bytes as a message. */
  sendBytes(message: Uint8Array): void {
    this.http.write(frame(message));
  }

  /** Waits for the next event of a kind that no `next` had before. Those of other kinds are left for their own `next`. */
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

  /** Waits until `condition` gives something, which is looked at after every chunk that comes. */
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

  /** Ends the client's side, as one does who has nothing more to say. */
  halfClose(): void {
    this.http.end();
  }

  /** Cancels the call: `RST_STREAM`, and nothing before it. */
  cancel(): void {
    this.#cancel();
  }

  /** Cancels the call as grpc-js does: in one go it ends its side and resets the stream. */
  cancelAsGrpcJs(): void {
    this.http.close(8);
  }

  /** Stops reading: flow control then stops the server. */
  pause(): void {
    this.http.pause();
  }

  /** Reads on. */
  resume(): void {
    this.http.resume();
  }
}

/** The event if it is of that kind. */
function opened<K extends Kind>(kind: K, { requestId, event }: Event): Received<K> | undefined {
  return event?.$case === kind ? ({ ...event.value, requestId } as unknown as Received<K>) : undefined;
}

/** The event of that kind, or an error that tells what came instead. */
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
