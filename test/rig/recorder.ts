import type { Answer, History, Join, Mutable, Send, Stream } from "./history.ts";
import { LongestPause } from "./longestPause.ts";

/** A command that is being recorded. */
export type OpenSend = Mutable<Send>;
/** A stream that is being recorded. */
export type OpenStream = Mutable<Stream>;

/** Records what all clients of a run send and see, for the history checker. */
export class Recorder {
  /** What virtual users found wrong that is not part of a history, such as an answer that nobody waits for. */
  readonly violations: string[] = [];
  /** As in `History`: for runs in which the store removes messages. */
  oldestId = 1;
  readonly #headMayLag: boolean;
  #sends: OpenSend[] = [];
  #streams: OpenStream[] = [];
  readonly #left = new Set<string>();
  readonly #watchers = new Set<() => void>();
  readonly #rejections = new Map<string, number>();
  readonly #silence = new LongestPause();
  readonly #pauses = new Set([this.#silence]);
  #accepted = 0;
  #lastId = 0;
  #duplicates = 0;

  /** `headMayLag`: as in `History`. */
  constructor(headMayLag = false) {
    this.#headMayLag = headMayLag;
  }

  /** The number of accepted commands. */
  get accepted(): number {
    return this.#accepted;
  }

  /** The id of the entry that was accepted last. */
  get lastId(): number {
    return this.#lastId;
  }

  /** The number of answers that accepted a command as a duplicate. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** The number of rejections, by reason. */
  get rejections(): ReadonlyMap<string, number> {
    return this.#rejections;
  }

  /** The longest time in which nothing was accepted, in milliseconds, from `begin` until now. */
  get longestSilence(): number {
    return this.#silence.ms;
  }

  /** Everything recorded. The arrays grow while the run goes on. */
  get history(): History {
    return { sends: this.#sends, streams: this.#streams, oldestId: this.oldestId, headMayLag: this.#headMayLag };
  }

  /** The number of accepted commands of a kind that are in the history. */
  acceptedOf(kind: Send["kind"]): number {
    const isAccepted = ({ answers }: Send) => answers.some((answer) => answer.kind === "accepted");
    return this.#sends.filter((send) => send.kind === kind && isAccepted(send)).length;
  }

  /** Removes commands and streams from the history. */
  remove(sends: ReadonlySet<Send>, streams: ReadonlySet<Stream>): void {
    this.#sends = this.#sends.filter((send) => !sends.has(send));
    this.#streams = this.#streams.filter((stream) => !streams.has(stream));
  }

  /** Records that a client opens no further stream. */
  left(client: string): void {
    this.#left.add(client);
  }

  /** Whether a client opens no further stream. */
  hasLeft(client: string): boolean {
    return this.#left.has(client);
  }

  /** The times of all accepted entries, in milliseconds since the epoch. */
  times(): number[] {
    return this.#sends.flatMap(({ answers }) =>
      answers.flatMap((one) => (one.kind === "accepted" ? [one.sentAt] : [])),
    );
  }

  /** Measures silence from now on: some user always wants to send. */
  begin(): void {
    this.#silence.begin();
  }

  /** Measures the longest time in which nothing is accepted, from now on. */
  countPauses(): LongestPause {
    const pause = new LongestPause();
    this.#pauses.add(pause);
    return pause;
  }

  /** Records a command that a client sends. */
  send(command: Omit<Send, "answers">): OpenSend {
    const send: OpenSend = { ...command, answers: [] };
    this.#sends.push(send);
    return send;
  }

  /** Records the answer to a command. */
  answer(send: OpenSend, answer: Answer): void {
    const isFirst = !send.answers.some(({ kind }) => kind === "accepted");
    send.answers.push(answer);
    if (answer.kind === "rejected") {
      this.#rejections.set(answer.reason, (this.#rejections.get(answer.reason) ?? 0) + 1);
    } else {
      if (isFirst) this.#accepted += 1;
      this.#lastId = answer.id;
      if (answer.duplicate) this.#duplicates += 1;
      for (const pause of this.#pauses) pause.mark();
    }
    for (const watch of this.#watchers) watch();
  }

  /** Records a stream that a client opens. */
  stream(user: string, client: string, join: Join): OpenStream {
    const stream: OpenStream = { user, client, join: { ...join }, welcome: undefined, seen: [], complete: false };
    this.#streams.push(stream);
    return stream;
  }

  /** Resolves when the condition holds. It is evaluated after every answer. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = () => condition() && resolve();
    this.#watchers.add(watch);
    await promise;
    this.#watchers.delete(watch);
  }
}
