import { check, countAccepted, countDeliveries, type Verdict } from "./checker/check.ts";
import type { KnownLog } from "./checker/knownLog.ts";
import { type History, isEntry, type Send, type Stream, type Verified } from "./history.ts";
import type { OpenSend, OpenStream, Recorder } from "./recorder.ts";

/** How many entries may wait to be both seen and accepted before the check gives up on the oldest. */
const MAX_UNSETTLED = 20_000;

/**
 * Checks a run that is too long to be kept. From time to time `look` verifies the history so far, and removes what no
 * later event depends on. The memory that is left grows with the number of clients, and not with the length of the
 * run.
 *
 * It is for runs without edits and deletions, such as the soak: it removes what a later answer to an edit or a deletion may
 * depend on, and would then report a fault that is none.
 */
export class RollingCheck {
  readonly #recorder: Recorder;
  readonly #keep: number;
  #verified: Verified = { log: [], from: 1, upTo: 0, streams: new Map(), accepted: 0, deliveries: 0 };

  /** `keep`: how many of the newest verified entries stay, for new clients that begin that far back. What is edited
   * or deleted must be one of them, or it is not compared. */
  constructor(recorder: Recorder, keep: number) {
    this.#recorder = recorder;
    this.#keep = keep;
  }

  /** The verified part of the history. */
  get verified(): Verified {
    return this.#verified;
  }

  /** Verifies what is recorded so far. Returns a sentence for each violation; then nothing is removed. */
  look(): readonly string[] {
    const { violations: noticed, history: recorded } = this.#recorder;
    const history = { ...recorded, verified: this.#verified };
    const verdict = check({ ...history, isRunning: true });
    const { violations: found, log } = verdict;
    const violations = [...noticed, ...found];
    const upTo = settledId(history, log);
    if (log.lastId - upTo > MAX_UNSETTLED) {
      violations.push(`Entry ${upTo + 1} is not both seen and accepted, though the log goes up to ${log.lastId}.`);
    }
    if (violations.length === 0) this.#remove(history, verdict, upTo);
    return violations;
  }

  /** Verifies the rest when the run is over. */
  finish(): Verdict {
    const { violations, history } = this.#recorder;
    const verdict = check({ ...history, verified: this.#verified });
    return { ...verdict, violations: [...violations, ...verdict.violations] };
  }

  #remove({ sends, streams }: History, { log: known, unsure }: Verdict, upTo: number): void {
    const { byId } = known;
    const oldStreams = new Set(this.#verifiedStreams(streams, unsure, upTo));
    const oldSends = new Set(verifiedSends(sends, known, upTo));
    this.#recorder.remove(oldSends, oldStreams);
    const counts = new Map(this.#verified.streams);
    for (const { client } of oldStreams) counts.set(client, (counts.get(client) ?? 0) + 1);

    const { history } = this.#recorder;
    const log = [...this.#verified.log];
    for (let id = this.#verified.upTo + 1; id <= upTo; id++) {
      const entry = byId.get(id);
      if (entry !== undefined) log.push(entry);
    }
    // A stream that is still in the history is checked again, from its beginning.
    const needed = history.streams.map(({ join }) => join.resumeAfter ?? 0);
    const firstId = Math.max(this.#verified.from, Math.min(upTo - this.#keep, ...needed) + 1);
    this.#verified = {
      log: log.filter(({ id }) => id >= firstId),
      from: firstId,
      upTo,
      streams: counts,
      accepted: this.#verified.accepted + countAccepted([...oldSends]),
      deliveries: this.#verified.deliveries + countDeliveries([...oldStreams]),
    };
    for (const { seen } of history.streams as OpenStream[]) shareEntries(seen, byId);
  }

  /** The streams whose events were all verified, and whose client has opened a later stream or has left. */
  #verifiedStreams(streams: readonly Stream[], unsure: ReadonlySet<Stream>, upTo: number): Stream[] {
    return [...Map.groupBy(streams, ({ client }) => client)].flatMap(([client, own]) => {
      const ended = this.#recorder.hasLeft(client) ? own : own.slice(0, -1);
      const first = ended.findIndex((stream) => unsure.has(stream) || newestId(stream) > upTo);
      return first < 0 ? ended : ended.slice(0, first);
    });
  }
}

/** The id up to which every entry was accepted, and seen by some client or erased. */
function settledId({ sends, verified }: History, log: KnownLog): number {
  const accepted = new Set(
    sends.flatMap(({ answers }) => answers.map((one) => (one.kind === "accepted" ? one.id : 0))),
  );
  const isSettled = (id: number) => {
    const entry = log.byId.get(id);
    return accepted.has(id) && entry !== undefined && (log.shownBy.has(id) || log.isErased(entry));
  };
  let id = verified?.upTo ?? 0;
  while (isSettled(id + 1)) id += 1;
  return id;
}

/** The answered commands of each client before its newest settled one. That one stays, to compare the next one with. */
function verifiedSends(sends: History["sends"], log: KnownLog, upTo: number): OpenSend[] {
  const isSettled = ({ answers }: Send) => answers.some((answer) => answer.kind === "accepted" && answer.id <= upTo);
  // The message that a rejected command could not change may have been deleted, by a deletion that is not yet known.
  const isRejected = ({ answers, messageId }: Send) =>
    answers.length > 0 &&
    answers.every(({ kind }) => kind === "rejected") &&
    (messageId === 0 || log.deletion(messageId) !== undefined);
  return [...Map.groupBy(sends, ({ client }) => client).values()].flatMap((own) =>
    own.slice(0, Math.max(0, own.findLastIndex(isSettled))).filter((send) => isSettled(send) || isRejected(send)),
  ) as OpenSend[];
}

/** The newest id that a stream was told of. */
function newestId({ welcome, seen }: Stream): number {
  return seen.reduce((newest, one) => Math.max(newest, one.kind === "gap" ? 0 : one.id), welcome?.headId ?? 0);
}

/** Makes all streams that show an entry share one copy of it. */
function shareEntries(seen: OpenStream["seen"], byId: KnownLog["byId"]): void {
  for (const [i, one] of seen.entries()) {
    const known = isEntry(one) ? byId.get(one.id) : undefined;
    if (known === undefined || !isEntry(one)) continue;
    if (known.kind !== "message" || (one.kind === "message" && known.text === one.text)) seen[i] = known;
  }
}
