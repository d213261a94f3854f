import type { Answer, History, Join, Send, Stream } from "../history/history.ts";
import type { Open } from "../history/open.ts";
import { LongestPause } from "./longestPause.ts";

/** A command, as it is written down while it is under way. */
export type OpenSend = Open<Send>;
/** A stream, as it is written down while things come on it. */
export type OpenStream = Open<Stream>;

/** Writes down what happens at all clients of a fault run, for the history checker. */
export class Ledger {
  readonly #headMayLag: boolean;
  readonly #sends: OpenSend[] = [];
  readonly #streams: OpenStream[] = [];
  readonly #watchers = new Set<() => void>();
  #accepted = 0;
  #lastId = 0;
  #duplicates = 0;
  readonly #rejected = new Map<string, number>();
  readonly #silence = new LongestPause();
  readonly #pauses = new Set([this.#silence]);

  /** `headMayLag`: as in `History`. */
  constructor(headMayLag = false) {
    this.#headMayLag = headMayLag;
  }

  /** How many commands were accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** The id that was accepted last. */
  get lastId(): number {
    return this.#lastId;
  }

  /** How many of the answers so far said that it had been accepted before. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** How many commands were rejected so far for a reason. */
  rejected(reason: string): number {
    return this.#rejected.get(reason) ?? 0;
  }

  /** How many were rejected so far for each reason that there was. */
  get rejections(): ReadonlyMap<string, number> {
    return this.#rejected;
  }

  /** The longest time in which nothing was accepted, in milliseconds, from `begin` until now. */
  get longestSilence(): number {
    return this.#silence.ms;
  }

  /** What has happened. Nothing more may be written down then. */
  get history(): History {
    return { sends: this.#sends, streams: this.#streams, oldestId: 1, headMayLag: this.#headMayLag };
  }

  /** The times of everything that was accepted, in milliseconds since the epoch. */
  times(): number[] {
    return this.#sends.flatMap(({ answers }) => answers.map((one) => (one.kind === "accepted" ? one.sentAt : 0)));
  }

  /** From now on somebody wants to send at any time. */
  begin(): void {
    this.#silence.begin();
  }

  /** One more count of the longest time in which nothing is accepted, which begins now. */
  countPauses(): LongestPause {
    const pause = new LongestPause();
    this.#pauses.add(pause);
    return pause;
  }

  /** A command is given. */
  send(command: Omit<Send, "answers">): OpenSend {
    const send: OpenSend = { ...command, answers: [] };
    this.#sends.push(send);
    return send;
  }

  /** A command is answered. */
  answer(send: OpenSend, answer: Answer): void {
    const isFirst = !send.answers.some(({ kind }) => kind === "accepted");
    send.answers.push(answer);
    if (answer.kind === "rejected") {
      this.#rejected.set(answer.reason, this.rejected(answer.reason) + 1);
    } else {
      if (isFirst) this.#accepted += 1;
      this.#lastId = answer.id;
      if (answer.duplicate) this.#duplicates += 1;
      for (const pause of this.#pauses) pause.mark();
    }
    for (const watch of this.#watchers) watch();
  }

  /** A stream is opened. */
  stream(user: string, client: string, join: Join): OpenStream {
    const stream: OpenStream = { user, client, join: { ...join }, welcome: undefined, seen: [], complete: false };
    this.#streams.push(stream);
    return stream;
  }

  /** Resolves when something is so, which is looked at after every answer. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = () => condition() && resolve();
    this.#watchers.add(watch);
    await promise;
    this.#watchers.delete(watch);
  }
}
