import { type Command, edit, remove, sendAll, sendTo, typed } from "../support/commands.ts";
import { type Answer, isEntry, type Seen } from "./history.ts";
import { LongestPause } from "./longestPause.ts";
import type { OpenSend, OpenStream, Recorder } from "./recorder.ts";

/** The most commands of a virtual user in flight. The server reads no more from a stream with 64 unsent replies. */
const WINDOW = 60;

/** Who a virtual user is, and what records it. */
export interface VirtualUserOptions {
  readonly username: string;
  /** Of the user's session. */
  readonly token: string;
  /** The name of the client in sentences and in its request ids. Unique for each virtual user. */
  readonly client: string;
  /** The port to connect to, asked for each connection. */
  readonly port: () => number;
  readonly recorder: Recorder;
  /** The cursor to begin after. Default: 0. */
  readonly resumeAfter?: number;
  /** Whether the server may reject a message to this recipient for this reason. Default: always. */
  readonly mayReject?: (recipient: string, reason: string) => boolean;
}

/** A command in flight. */
export interface InFlight {
  readonly requestId: string;
  /** The number of streams that its client had opened when the command was sent first. */
  readonly streams: number;
  readonly command: Command;
  /** The record of a command that adds an entry to the log. */
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
  /** The longest time in which no entry came. */
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

  /** The id of the last entry that it received. */
  get lastId(): number {
    return this.#lastId;
  }

  /** How many streams it has opened. */
  get streams(): number {
    return this.#streams;
  }

  /**
   * Sends a message; to everyone if the recipient is empty. `isTyped`: as a text command. The text gets a unique
   * prefix.
   */
  say(recipient: string, text: string, isTyped = false): OpenSend {
    const requestId = this.#nextId();
    const unique = `${requestId}: ${text}`;
    const send = this.#record({ kind: "message", requestId, recipient, text: unique, messageId: 0 });
    const line = recipient === "" ? `sendall ${unique}` : `sendto ${recipient} ${unique}`;
    const command = recipient === "" ? sendAll(unique) : sendTo(recipient, unique);
    this.#post({ requestId, command: isTyped ? typed(line) : command, send });
    return send;
  }

  /** Edits a message. The text gets a unique prefix. */
  edit(messageId: number, text: string): void {
    const requestId = this.#nextId();
    const unique = `${requestId}: ${text}`;
    const send = this.#record({ kind: "edited", requestId, recipient: "", text: unique, messageId });
    this.#post({ requestId, command: edit(BigInt(messageId), unique), send });
  }

  /** Deletes a message. */
  remove(messageId: number): void {
    const requestId = this.#nextId();
    const send = this.#record({ kind: "deleted", requestId, recipient: "", text: "", messageId });
    this.#post({ requestId, command: remove(BigInt(messageId)), send });
  }

  /** Sends a command that adds nothing to the log, to which there is only one right answer. */
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

  /** Resolves when it has caught up and has received the entry of an id, or a later one. */
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
  /** Goes offline for good. Call it when the user has received everything. */
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
    if (isEntry(seen)) {
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

  #record(command: Pick<OpenSend, "kind" | "requestId" | "recipient" | "text" | "messageId">): OpenSend {
    const { username: user, client } = this;
    return this.options.recorder.send({ user, client, ...command });
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
