import { type History, type Join, type Message, maySee, type Stream } from "../history.ts";
import type { KnownLog } from "./knownLog.ts";
import { list, titleOf } from "./wording.ts";

/** What a stream is compared with. */
export interface Against {
  /** The stream's name, for sentences. */
  readonly name: string;
  readonly log: KnownLog;
  /** The ids of all messages that its user may see, ascending. */
  readonly visible: readonly number[];
  readonly history: History;
}

/** Goes through a stream in the order of arrival, and finds events that are wrong, came twice, too late or never. */
export function checkStream(stream: Stream, against: Against): string[] {
  const walk = new Walk(stream, against);
  for (const seen of stream.seen) {
    if (seen.kind === "message") walk.message(seen);
    else if (seen.kind === "gap") walk.gap(seen.oldestId);
    else if (seen.kind === "caughtUp") walk.caughtUp(seen.id);
    else walk.cursor(seen.id);
  }
  walk.end();
  return walk.violations;
}

class Walk {
  readonly violations: string[] = [];
  readonly #stream: Stream;
  readonly #against: Against;
  readonly #came: ReadonlySet<number>;
  /**
   * Everything up to this id has come, or was not asked for. `undefined`: the stream has yet to tell where it begins.
   */
  #reached: number | undefined;
  /** The event that moved `#reached`, for sentences. */
  #because = "";
  /** The index in `visible` of the next message to come. */
  #next = 0;
  readonly #got = new Set<number>();
  #lastId = 0;
  #caughtUp = false;
  readonly #missed: Message[] = [];

  constructor(stream: Stream, against: Against) {
    this.#stream = stream;
    this.#against = against;
    this.#came = new Set(stream.seen.flatMap((seen) => (seen.kind === "message" ? [seen.id] : [])));
    const { resumeAfter } = stream.join;
    if (resumeAfter !== undefined && !this.#needsGap()) {
      this.#moveTo(resumeAfter, `asked for what is behind ${resumeAfter}`);
    }
  }

  message(message: Message): void {
    const { id } = message;
    if (!maySee(this.#stream.user, message)) this.#say(`got ${titleOf(message)}, which is private to others`);
    if (this.#got.has(id)) this.#say(`got message ${id} twice`);
    else if (id < this.#lastId) this.#say(`got message ${id} behind ${this.#lastId}`);
    else if (this.#reached !== undefined && id <= this.#reached)
      this.#say(`${this.#because}, and then got message ${id}`);
    this.#got.add(id);
    this.#lastId = Math.max(this.#lastId, id);
    this.#cover(id, `got message ${id}`);
  }

  cursor(id: number): void {
    const { log, history } = this.#against;
    if (id > log.lastId && history.isRunning !== true)
      this.#say(`was told the cursor ${id}, but the log ends with ${log.lastId}`);
    if (this.#reached !== undefined && id < this.#reached) {
      this.#say(`was told the cursor ${id} when it was at ${this.#reached} already`);
    }
    this.#cover(id, `was told that everything up to ${id} had been sent`);
  }

  caughtUp(id: number): void {
    const { welcome, join } = this.#stream;
    if (this.#caughtUp) this.#say(`was told twice that it had caught up, the second time with ${id}`);
    else if (welcome !== undefined && id < welcome.headId) {
      this.#say(`was told that it had caught up with ${id}, before the head ${welcome.headId} of its welcome`);
    }
    this.#cover(id, `was told that it had caught up with ${id}`);
    if (!this.#caughtUp && join.resumeAfter === undefined) this.#checkRecent(join);
    this.#caughtUp = true;
  }

  gap(oldestId: number): void {
    const { history } = this.#against;
    const mayBe = this.#needsGap() || (this.#reached ?? 0) < history.oldestId - 1;
    if (!mayBe || oldestId > history.oldestId) {
      this.#say(`was told of a gap before ${oldestId}, though nothing before it was truncated`);
    }
    this.#lastId = oldestId - 1;
    this.#moveTo(oldestId - 1, `was told of a gap before ${oldestId}`);
  }

  end(): void {
    const { seen, complete, welcome, join } = this.#stream;
    if (this.#needsGap() && seen.length > 0 && seen[0]?.kind !== "gap") {
      const asked = `asked for what is behind ${join.resumeAfter}${join.logId === "" ? "" : ` in the log ${join.logId}`}`;
      this.#say(
        `${asked}, and was told of no gap, though the head was ${welcome?.headId} in the log ${welcome?.logId}`,
      );
    }
    if (complete) {
      if (!this.#caughtUp) this.#say("was never told that it had caught up");
      this.#cover(this.#against.log.lastId, "was waited for");
    }
    const { oldestId } = this.#against.history;
    const truncated = this.#missed.filter(({ id }) => id < oldestId);
    if (truncated.length > 0) {
      this.#say(`was not told of a gap, though it could not have ${list(truncated.map(({ id }) => id))} any more`);
    }
    const missed = this.#missed.filter(({ id }) => id >= oldestId);
    if (missed.length > 0) this.#say(`never got ${list(missed.map(titleOf))}`);
  }

  /** The log cannot have what the stream asked for, whatever the store has kept. */
  #needsGap(): boolean {
    const { join, welcome } = this.#stream;
    if (join.resumeAfter === undefined || welcome === undefined) return false;
    const { history, log } = this.#against;
    const head = history.headMayLag ? log.lastId : welcome.headId;
    return join.resumeAfter > head || (join.logId !== "" && join.logId !== welcome.logId);
  }

  #say(what: string): void {
    this.violations.push(`${this.#against.name} ${what}.`);
  }

  /** Everything up to `id` must have come by now. A message that comes later is found when it comes. */
  #cover(id: number, because: string): void {
    const { visible, log } = this.#against;
    if (this.#reached === undefined) this.#moveTo(id, because);
    if (this.#reached === undefined || id <= this.#reached) return;
    for (let due = visible[this.#next]; due !== undefined && due <= id; due = visible[++this.#next]) {
      const message = log.byId.get(due);
      if (message !== undefined && !this.#came.has(due)) this.#missed.push(message);
    }
    this.#reached = id;
    this.#because = because;
  }

  #moveTo(id: number, because: string): void {
    const { visible } = this.#against;
    this.#reached = id;
    this.#because = because;
    this.#next = firstAbove(visible, id);
  }

  /** The stream has as many of the last messages up to the head of its welcome as it asked for. */
  #checkRecent({ recent }: Join): void {
    const { visible } = this.#against;
    const head = this.#stream.welcome?.headId ?? 0;
    const could = Math.min(recent, firstAbove(visible, head) - firstAbove(visible, this.#against.history.oldestId - 1));
    if (this.#got.size < could) {
      this.#say(`asked for the last ${recent} messages, and got ${this.#got.size} where there were ${could}`);
    }
  }
}

/** The index of the first id above another, among ascending ids. */
function firstAbove(ids: readonly number[], id: number): number {
  let from = 0;
  let to = ids.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ids[middle] as number) <= id) from = middle + 1;
    else to = middle;
  }
  return from;
}
