import { randomUUID } from "node:crypto";
import { Exit } from "../../exit.ts";
import { mayHoldPassword } from "../../signInLine.ts";
import type { Item } from "../../terminal/item.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { attempt, failed } from "../attempt.ts";
import { splitAtSpace } from "../command.ts";
import { ROOM_COMMANDS } from "../commands.ts";
import { isLogout } from "../logout.ts";
import { type Answer, type AnswerContext, answerTo, misfit, type Typed, unclear } from "./answer.ts";
import { interpret, type Meaning } from "./interpret.ts";
import type { Names } from "./names.ts";
import { note, type OwnCommand, type PersonContext } from "./ownCommand.ts";
import { MAX_PENDING_LINES, type PendingLines } from "./pendingLines.ts";
import { SendQueue, type TemporaryRefusal } from "./sendQueue.ts";

/** A refusal for a shorter time is not mentioned. */
const MENTIONED_WAIT_MS = 500;

/** The collaborators of `PersonLines`. */
export interface PersonLinesOptions {
  readonly context: PersonContext;
  readonly terminal: Terminal;
  readonly pending: PendingLines;
  readonly names: Names;
  readonly events: LineEvents;
}

/** What happens around the lines. */
export interface LineEvents {
  /** The person typed a line. */
  onLine(): void;
  /** A command may have changed a preference. */
  onPreferences(): void;
  /** The person ends the session: the last moment at which its token is valid. */
  beforeLogout(): Promise<void>;
  /** The session was ended, or the attempt failed. */
  afterLogout(): Promise<void>;
  /** Aborted when nothing can be sent any more. */
  readonly gone: AbortSignal;
}

/** Carries out the lines that a person types. A line does not wait for the answer to the line before. */
export class PersonLines {
  readonly #context: PersonContext;
  readonly #terminal: Terminal;
  readonly #pending: PendingLines;
  readonly #names: Names;
  readonly #events: LineEvents;
  readonly #queue: SendQueue;
  /** The lines that are being sent. */
  readonly #sending = new Set<Promise<void>>();
  #stage: "here" | "leaving" | "left" = "here";
  /** The person knows that lines wait for the server. */
  #knowsWait = false;

  constructor({ context, terminal, pending, names, events }: PersonLinesOptions) {
    this.#context = context;
    this.#terminal = terminal;
    this.#pending = pending;
    this.#names = names;
    this.#events = events;
    this.#queue = new SendQueue({
      attempt: ({ line, requestId }) => attempt(context, line, requestId),
      onWait: ({ requestId }, waits, refusal) => {
        pending.setLimited(requestId, waits);
        if (refusal !== undefined) this.#mention(refusal);
      },
      gone: events.gone,
    });
  }

  /** Runs until the person leaves, and until every line has its outcome. Resolves with the exit code. */
  async follow(): Promise<Exit> {
    const code = await this.#run();
    this.#stage = "left";
    await Promise.all(this.#sending);
    this.#pending.clear();
    return code;
  }

  async #run(): Promise<Exit> {
    const { preferences } = this.#context;
    for (let line = await this.#terminal.line(); line !== undefined; line = await this.#terminal.line()) {
      // A text that is pasted often ends with a line end, which nobody means to send.
      const typed = line.replace(/\n+$/, "");
      if (typed.trim() === "") continue;
      this.#events.onLine();
      const meaning = interpret(typed, preferences.read().says);
      if (meaning.kind === "quit") break;
      if (meaning.kind === "line" && isLogout(meaning.line)) return this.#logOut(meaning.line);
      this.#start(typed, meaning);
    }
    this.#endInput();
    if (!this.#terminal.interrupted.aborted) await this.#leave();
    return Exit.FINE;
  }

  #start(typed: string, meaning: Exclude<Meaning, { kind: "quit" }>): void {
    switch (meaning.kind) {
      case "own":
        void this.#runOwn(typed, meaning.command, meaning.rest);
        break;
      case "unclear":
        void this.#show(unclear(typed, meaning.line, this.#answerContext));
        break;
      case "mayHoldPassword":
        void this.#terminal.show(note(this.#context.words.mayHoldPassword));
        break;
      case "line": {
        const { line } = meaning;
        const asks = ROOM_COMMANDS.get(splitAtSpace(line)[0].toLowerCase())?.asks ?? false;
        if (asks || mayHoldPassword(typed)) void this.#ask({ typed, line, asks });
        else this.#track(this.#send({ typed, line, asks }));
      }
    }
  }

  async #runOwn(typed: string, command: OwnCommand, rest: string): Promise<void> {
    const { words } = this.#context;
    try {
      const item = await command.run(this.#context, rest);
      this.#events.onPreferences();
      if (item !== undefined) return await this.#show({ item });
    } catch (error) {
      return await this.#show(answerTo({ typed, line: typed, asks: true }, failed(error).item, this.#answerContext));
    }
    const { word, usage, values } = command;
    const sentence =
      values === undefined ? words.usage(usage, words.summaries[word]) : words.allowedValues(word, values.join(", "));
    await this.#show(misfit(typed, note(sentence), this.#answerContext));
  }

  /** Runs a line that sends nothing, or that must not be shown as pending because it may hold a password. */
  async #ask(typed: Typed): Promise<void> {
    if (!typed.asks && !this.#pending.isOnline) void this.#terminal.show({ kind: "held", line: typed.typed });
    const { item } = await attempt(this.#context, typed.line);
    await this.#show(answerTo(typed, item, this.#answerContext));
  }

  async #send(typed: Typed): Promise<void> {
    const { words } = this.#context;
    const requestId = randomUUID();
    if (!this.#pending.add(requestId, typed.typed, this.#queue.isWaiting)) {
      const tooMany: Item = { kind: "error", message: words.tooManyWait(MAX_PENDING_LINES) };
      return this.#show(answerTo(typed, tooMany, this.#answerContext));
    }
    if (!this.#pending.isOnline && !this.#terminal.showsPending) {
      void this.#terminal.show({ kind: "held", line: typed.typed });
    }
    const attempted = await this.#queue.send({ line: typed.line, requestId });
    if (!this.#queue.isWaiting) this.#knowsWait = false;
    if (attempted?.item.kind === "accepted") {
      this.#pending.accepted(requestId, attempted.item.id);
      await this.#terminal.show(attempted.item);
      return;
    }
    const mayBeSent = this.#pending.remove(requestId);
    if (attempted === undefined || attempted.item.kind === "unanswered") {
      const message = mayBeSent ? words.unanswered : words.leftBefore;
      const outcome = attempted === undefined ? {} : { outcome: attempted.item };
      await this.#terminal.show({ kind: "notSent", line: typed.typed, message, ...outcome });
      return;
    }
    await this.#show(answerTo(typed, attempted.item, this.#answerContext));
  }

  #track(sending: Promise<void>): void {
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }

  /** Shows an answer. A person who has left is told only what was not sent. */
  async #show({ item, offer }: Answer): Promise<void> {
    if (this.#stage === "left" && item.kind !== "notSent") return;
    await this.#terminal.show(item);
    if (offer !== undefined && this.#stage === "here") this.#terminal.offer(offer);
  }

  /** No line is read any more. After `quit` and `logout` the input is still open. */
  #endInput(): void {
    this.#stage = "leaving";
    this.#terminal.end();
  }

  #mention({ afterMs, why }: TemporaryRefusal): void {
    if (this.#knowsWait || afterMs < MENTIONED_WAIT_MS) return;
    this.#knowsWait = true;
    void this.#terminal.show(note(this.#context.words.waitsForServer(why)));
  }

  async #logOut(line: string): Promise<Exit> {
    this.#endInput();
    await this.#sendRest();
    await this.#events.beforeLogout();
    const { item, code } = await attempt(this.#context, line);
    await this.#events.afterLogout();
    await this.#terminal.show(item);
    return code;
  }

  async #leave(): Promise<void> {
    await this.#sendRest();
    const { room } = this.#context;
    if (!this.#pending.isOnline && room.pending === 0) room.abort();
    else void room.close();
  }

  /** Waits until every line has its outcome: the room takes no line again after it was told to close. */
  async #sendRest(): Promise<void> {
    const { unanswered, isOnline } = this.#pending;
    if (unanswered > 0 && (!isOnline || this.#queue.isWaiting)) {
      await this.#terminal.show({ kind: "leaving", pending: unanswered });
    }
    await Promise.all(this.#sending);
  }

  get #answerContext(): AnswerContext {
    const { words, preferences } = this.#context;
    return { words, says: preferences.read().says, names: () => this.#names.all() };
  }
}
