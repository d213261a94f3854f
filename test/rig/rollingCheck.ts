import { check, countAccepted, countDeliveries, type Verdict } from "./checker/check.ts";
import type { KnownLog } from "./checker/knownLog.ts";
import type { History, Message, Stream, Verified } from "./history.ts";
import type { OpenSend, OpenStream, Recorder } from "./recorder.ts";

/** How many messages may wait to be both seen and accepted before the check gives up on the oldest. */
const MAX_UNSETTLED = 20_000;

/**
 * Checks a run that is too long to be kept. From time to time `look` verifies the history so far, and removes what no
 * later event depends on. The memory that is left grows with the number of clients, and not with the length of the
 * run.
 */
export class RollingCheck {
  readonly #recorder: Recorder;
  readonly #keep: number;
  #verified: Verified = { log: [], upTo: 0, streams: new Map(), accepted: 0, deliveries: 0 };

  /** `keep`: how many of the newest verified messages stay, for new clients that begin that far back. */
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
    const { violations: found, log } = check({ ...history, isRunning: true });
    const violations = [...noticed, ...found];
    const upTo = settledId(history, log);
    if (log.lastId - upTo > MAX_UNSETTLED) {
      violations.push(
        `No client has message ${upTo + 1} both seen and accepted, though the log goes up to ${log.lastId}.`,
      );
    }
    if (violations.length === 0) this.#remove(history, log, upTo);
    return violations;
  }

  /** Verifies the rest when the run is over. */
  finish(): Verdict {
    const { violations, history } = this.#recorder;
    const verdict = check({ ...history, verified: this.#verified });
    return { ...verdict, violations: [...violations, ...verdict.violations] };
  }

  #remove({ sends, streams }: History, { byId }: KnownLog, upTo: number): void {
    const oldStreams = new Set(this.#verifiedStreams(streams, upTo));
    const oldSends = new Set(verifiedSends(sends, upTo));
    this.#recorder.remove(oldSends, oldStreams);
    const counts = new Map(this.#verified.streams);
    for (const { client } of oldStreams) counts.set(client, (counts.get(client) ?? 0) + 1);

    const { history } = this.#recorder;
    const log = [...this.#verified.log];
    for (let id = this.#verified.upTo + 1; id <= upTo; id++) log.push(byId.get(id) as Message);
    // A stream that is still in the history is checked again, from its beginning.
    const needed = history.streams.map(({ join }) => join.resumeAfter ?? 0);
    const firstId = Math.min(upTo - this.#keep, ...needed) + 1;
    this.#verified = {
      log: log.filter(({ id }) => id >= firstId),
      upTo,
      streams: counts,
      accepted: this.#verified.accepted + countAccepted([...oldSends]),
      deliveries: this.#verified.deliveries + countDeliveries([...oldStreams]),
    };
    for (const { seen } of history.streams as OpenStream[]) shareMessages(seen, byId);
  }

  /** The streams whose events were all verified, and whose client has opened another stream behind them or has left. */
  #verifiedStreams(streams: readonly Stream[], upTo: number): Stream[] {
    return [...Map.groupBy(streams, ({ client }) => client)].flatMap(([client, own]) => {
      const ended = this.#recorder.hasLeft(client) ? own : own.slice(0, -1);
      const first = ended.findIndex((stream) => newestId(stream) > upTo);
      return first < 0 ? ended : ended.slice(0, first);
    });
  }
}

/** Up to here every message was seen by some client and accepted for its sender. */
function settledId({ sends, verified }: History, { shownBy }: KnownLog): number {
  const accepted = new Set(
    sends.flatMap(({ answers }) => answers.map((one) => (one.kind === "accepted" ? one.id : 0))),
  );
  let id = verified?.upTo ?? 0;
  while (shownBy.has(id + 1) && accepted.has(id + 1)) id += 1;
  return id;
}

/** The answered commands of each client before its newest settled one, which stays for the order of the next. */
function verifiedSends(sends: History["sends"], upTo: number): OpenSend[] {
  const isSettled = ({ answers }: History["sends"][number]) =>
    answers.some((answer) => answer.kind === "accepted" && answer.id <= upTo);
  const isRejected = ({ answers }: History["sends"][number]) =>
    answers.length > 0 && answers.every(({ kind }) => kind === "rejected");
  return [...Map.groupBy(sends, ({ client }) => client).values()].flatMap((own) =>
    own.slice(0, Math.max(0, own.findLastIndex(isSettled))).filter((send) => isSettled(send) || isRejected(send)),
  ) as OpenSend[];
}

function newestId({ seen }: Stream): number {
  return seen.reduce((newest, one) => Math.max(newest, one.kind === "gap" ? 0 : one.id), 0);
}

/** Streams that show the same message then keep one copy of it. */
function shareMessages(seen: OpenStream["seen"], byId: KnownLog["byId"]): void {
  for (const [i, one] of seen.entries()) {
    const known = byId.get(one.kind === "message" ? one.id : 0);
    if (known !== undefined && "kind" in known) seen[i] = known as typeof one;
  }
}
