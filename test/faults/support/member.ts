import type { Seen } from "../history/history.ts";
import type { Ledger, OpenSend, OpenStream } from "./ledger.ts";
import { LongestPause } from "./longestPause.ts";

/** How many commands of a member are under way at most. The server takes no more than 64 on one stream. */
const WINDOW = 60;

/** Who a member is, and where what happens to it is written down. */
export interface MemberParts {
  readonly username: string;
  readonly token: string;
  /** Names the member in sentences, and its commands; another one for each. */
  readonly client: string;
  /** Where to connect, each time. */
  readonly port: () => number;
  readonly ledger: Ledger;
}

/**
 * Somebody in the room who talks and listens, comes back whenever the connection is lost, and sends again what was not answered.
 * How it does that is up to those who extend this.
 */
export abstract class Member {
  readonly username: string;
  readonly client: string;
  /** The longest time in which no message came to it. */
  readonly silence = new LongestPause();
  protected readonly parts: MemberParts;
  /** By `request_id`: what was not answered yet, in the order of giving. */
  protected readonly underWay = new Map<string, OpenSend>();
  /** The stream that is written down at the moment. */
  protected stream: OpenStream | undefined;
  #commands = 0;
  #lastId = 0;
  #hasCaughtUp = false;
  #wanted: { readonly id: number; readonly resolve: () => void } | undefined;
  #whenIdle: (() => void) | undefined;
  /** By text: told when it comes. */
  readonly #awaited = new Map<string, () => void>();
  #streams = 0;

  constructor(parts: MemberParts) {
    this.parts = parts;
    this.username = parts.username;
    this.client = parts.client;
  }

  /** Whether it can take on one more command. */
  get free(): boolean {
    return this.underWay.size < WINDOW;
  }

  /** How many of its commands were not answered yet. */
  get pending(): number {
    return this.underWay.size;
  }

  /** The id of the last message that it got. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Says something, to everyone where the recipient is empty. The text gets a beginning of its own. */
  say(recipient: string, text: string): OpenSend {
    const requestId = `${this.client} ${++this.#commands}`;
    const { username: user, client } = this;
    const send = this.parts.ledger.send({ user, client, requestId, recipient, text: `${requestId}: ${text}` });
    this.underWay.set(requestId, send);
    this.post(send);
    return send;
  }

  /** How many streams it has opened so far. */
  get streams(): number {
    return this.#streams;
  }

  /** Resolves when a message with this text comes. */
  async hears(text: string): Promise<void> {
    await new Promise<void>((resolve) => this.#awaited.set(text, resolve));
    this.#awaited.delete(text);
  }

  /** Resolves when every command was answered. */
  async idle(): Promise<void> {
    if (this.underWay.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
  }

  /** Resolves when it has caught up and has got the message of an id, or a later one. */
  async reached(id: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wanted = { id, resolve };
      this.#look();
    });
  }

  /** It has everything that its user may see: what it lacks from now on is lost. */
  complete(): void {
    if (this.stream !== undefined) this.stream.complete = true;
  }

  /** Stops reading, as somebody does whose screen is locked; the connection stays. */
  abstract pause(): void;
  /** Reads on. */
  abstract resume(): void;
  /** Leaves for good, and has got everything. */
  abstract leave(): Promise<void>;
  /** Leaves at once, in whatever state. */
  abstract abandon(): void;

  /** Sends a command, where there is a stream. */
  protected abstract post(send: OpenSend): void;

  /** A stream was opened. */
  protected opened(stream: OpenStream): void {
    this.stream = stream;
    this.#streams += 1;
    this.#hasCaughtUp = false;
  }

  /** Something came on the stream. */
  protected saw(seen: Seen): void {
    this.stream?.seen.push(seen);
    if (seen.kind === "message") {
      this.#lastId = seen.id;
      this.silence.mark();
      this.#awaited.get(seen.text)?.();
    }
    if (seen.kind === "caughtUp") this.#hasCaughtUp = true;
    this.#look();
  }

  /** A command was answered, for good. */
  protected settled(requestId: string): void {
    this.underWay.delete(requestId);
    if (this.underWay.size === 0) this.#whenIdle?.();
  }

  #look(): void {
    if (this.#wanted !== undefined && this.#hasCaughtUp && this.#lastId >= this.#wanted.id) this.#wanted.resolve();
  }
}
