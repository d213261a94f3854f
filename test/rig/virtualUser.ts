import { type Command, sendAll, sendTo, typed } from "../support/commands.ts";
import type { Answer, Seen } from "./history.ts";
import { LongestPause } from "./longestPause.ts";
import type { OpenSend, OpenStream, Recorder } from "./recorder.ts";

/** How many commands a virtual user has in flight at most. The server takes no more than 64 on one stream. */
const WINDOW = 60;

/** The options of a virtual user. */
export interface VirtualUserOptions {
  readonly username: string;
  /** Of the user's session. */
  readonly token: string;
  /** The name of the client in sentences and in its request ids. Every virtual user has a different one. */
  readonly client: string;
  /** The port to connect to, asked for each connection. */
  readonly port: () => number;
  readonly recorder: Recorder;
  /** Begin after this cursor. Default: 0. */
  readonly resumeAfter?: number;
  /** Whether the server may reject a message, given its recipient, for a reason. Default: it may, for any. */
  readonly mayReject?: (recipient: string, reason: string) => boolean;
}

/** A command in flight. */
export interface InFlight {
  readonly requestId: string;
  /** How many streams its client had opened when it was sent first. */
  readonly streams: number;
  readonly command: Command;
  /** The record of a command that posts a message. */
  readonly send?: OpenSend;
  /** The only right answer to any other command: its kind, or the reason of its rejection. */
  readonly expected?: string;
}

/**
 * A scripted user: sends, records what it sees, and sends again on its next stream what was not answered. Subclasses
 * decide how it talks to the server.
 */
export abstract class VirtualUser {
  readonly username: string;
  readonly client: string;
  /** Of the user's session, for the next stream. */
  token: string;
  /** The longest time in which no message came. */
  readonly silence = new LongestPause();
  protected readonly options: VirtualUserOptions;
  /** By `request_id`, in the order of sending. */
  protected readonly inFlight = new Map<string, InFlight>();
  /** The cursor to resume after. */
  protected cursor: number;
  #stream: OpenStream | undefined;
  #commands = 0;
  #streams = 0;
  #lastId = 0;
  #hasCaughtUp = false;
  readonly #watchers = new Set<(seen?: Seen) => void>();

  constructor(options: VirtualUserOptions) {
    this.options = options;
    this.username = options.username;
    this.client = options.client;
    this.token = options.token;
    this.cursor = options.resumeAfter ?? 0;
  }

  /** Whether it may send one more command. */
  get isFree(): boolean {
    return this.inFlight.size < WINDOW;
  }

  /** How many of its commands have no answer yet. */
  get pending(): number {
    return this.inFlight.size;
  }

  /** The id of the last message that it received. */
  get lastId(): number {
    return this.#lastId;
  }

  /** How many streams it has opened. */
  get streams(): number {
    return this.#streams;
  }

  /**
   * Sends a message, to everyone if the recipient is empty, as a line that a person typed if asked to. The text gets
   * a unique prefix.
   */
  say(recipient: string, text: string, isTyped = false): OpenSend {
    const requestId = this.#nextId();
    const unique = `${requestId}: ${text}`;
    const { username: user, client } = this;
    const send = this.options.recorder.send({ user, client, requestId, recipient, text: unique });
    const line = recipient === "" ? `sendall ${unique}` : `sendto ${recipient} ${unique}`;
    const command = recipient === "" ? sendAll(unique) : sendTo(recipient, unique);
    this.#post({ requestId, command: isTyped ? typed(line) : command, send });
    return send;
  }

  /** Sends a command that posts no message, with the only right answer. */
  ask(command: Command, expected: string): void {
    this.#post({ requestId: this.#nextId(), command, expected });
  }

  /** Resolves when a message with this text comes. */
  async hears(text: string): Promise<void> {
    await this.#until((seen) => seen?.kind === "message" && seen.text === text);
  }

  /** Resolves when every command is answered. */
  async idle(): Promise<void> {
    await this.#until(() => this.inFlight.size === 0);
  }

  /** Resolves when it has caught up and has received the message of an id, or a later one. */
  async reached(id: number): Promise<void> {
    await this.#until(() => this.#hasCaughtUp && this.#lastId >= id);
  }

  /** Resolves when it has caught up and every command is answered. */
  async settled(): Promise<void> {
    await this.#until(() => this.#hasCaughtUp && this.inFlight.size === 0);
  }

  /** Records that it must have everything that its user may see. */
  complete(): void {
    if (this.#stream !== undefined) this.#stream.complete = true;
  }

  /** Stays online from now on, and reconnects if it loses a stream. */
  abstract start(): void;
  /** Stops reading; the connection stays. */
  abstract pause(): void;
  /** Reads on. */
  abstract resume(): void;
  /** Goes offline for good, having received everything. */
  abstract leave(): Promise<void>;
  /** Goes offline at once, in any state. */
  abstract abandon(): void;

  /** Sends a command if there is a stream. */
  protected abstract post(command: InFlight): void;

  /** Records a new stream. */
  protected opened(logId: string): OpenStream {
    const { username, client } = this;
    const join = { resumeAfter: this.cursor, logId, recent: 0 };
    this.#stream = this.options.recorder.stream(username, client, join);
    this.#streams += 1;
    this.#hasCaughtUp = false;
    return this.#stream;
  }

  /** Records an event of the stream. */
  protected saw(seen: Seen): void {
    this.#stream?.seen.push(seen);
    if (seen.kind === "message") {
      this.#lastId = seen.id;
      this.silence.mark();
    }
    if (seen.kind === "caughtUp") this.#hasCaughtUp = true;
    if (seen.kind === "cursor") this.cursor = seen.id;
    this.#look(seen);
  }

  /** Records the answer to a command. */
  protected answered(requestId: string, answer: Answer | { readonly kind: "help" }): void {
    const { recorder } = this.options;
    const command = this.inFlight.get(requestId);
    this.inFlight.delete(requestId);
    const outcome = answer.kind === "rejected" ? answer.reason : answer.kind;
    if (!this.#isRight(command, answer)) {
      recorder.violations.push(`The command "${requestId}" of ${this.client} was answered with ${outcome}.`);
    }
    if (command?.send !== undefined && answer.kind !== "help") recorder.answer(command.send, answer);
    this.#look();
  }

  #isRight(command: InFlight | undefined, answer: Answer | { readonly kind: "help" }): boolean {
    if (command?.send === undefined)
      return command?.expected === (answer.kind === "rejected" ? answer.reason : answer.kind);
    const { mayReject = () => true } = this.options;
    return (
      answer.kind === "accepted" || (answer.kind === "rejected" && mayReject(command.send.recipient, answer.reason))
    );
  }

  #nextId(): string {
    this.#commands += 1;
    return `${this.client} ${this.#commands}`;
  }

  #post(given: Omit<InFlight, "streams">): void {
    const command = { ...given, streams: this.#streams };
    this.inFlight.set(command.requestId, command);
    this.post(command);
  }

  async #until(condition: (seen?: Seen) => boolean): Promise<void> {
    if (condition()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = (seen?: Seen) => condition(seen) && resolve();
    this.#watchers.add(watch);
    await promise;
    this.#watchers.delete(watch);
  }

  #look(seen?: Seen): void {
    for (const watch of this.#watchers) watch(seen);
  }
}
