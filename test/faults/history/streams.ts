import { type Join, type Message, maySee, type Stream } from "./history.ts";
import type { Truth } from "./truth.ts";
import { list, titleOf } from "./wording.ts";

/** What a stream is held against. */
export interface Against {
  /** Of the stream, for sentences. */
  readonly name: string;
  readonly truth: Truth;
  /** The ids of all that its user may see, growing. */
  readonly visible: readonly number[];
  /** As in `History`. */
  readonly oldestId: number;
  /** As in `History`. */
  readonly headMayLag: boolean;
}

/** Goes through a stream as it came, and says what it got wrongly, twice, too late or never. */
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
  /** Up to here everything has come, or was not asked for. `undefined`: where it begins has not been told yet. */
  #place: number | undefined;
  /** What brought it there, for sentences. */
  #because = "";
  /** The next of `visible` to come. */
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
    else if (this.#place !== undefined && id <= this.#place) this.#say(`${this.#because}, and then got message ${id}`);
    this.#got.add(id);
    this.#lastId = Math.max(this.#lastId, id);
    this.#cover(id, `got message ${id}`);
  }

  cursor(id: number): void {
    const { lastId } = this.#against.truth;
    if (id > lastId) this.#say(`was told the cursor ${id}, but the log ends with ${lastId}`);
    if (this.#place !== undefined && id < this.#place) {
      this.#say(`was told the cursor ${id} when it was at ${this.#place} already`);
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
    const mayBe = this.#needsGap() || (this.#place ?? 0) < this.#against.oldestId - 1;
    if (!mayBe || oldestId > this.#against.oldestId) {
      this.#say(`was told of a gap before ${oldestId}, though nothing before it was forgotten`);
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
      this.#cover(this.#against.truth.lastId, "was waited for");
    }
    const { oldestId } = this.#against;
    const forgotten = this.#missed.filter(({ id }) => id < oldestId);
    if (forgotten.length > 0) {
      this.#say(`was not told of a gap, though it could not have ${list(forgotten.map(({ id }) => id))} any more`);
    }
    const missed = this.#missed.filter(({ id }) => id >= oldestId);
    if (missed.length > 0) this.#say(`never got ${list(missed.map(titleOf))}`);
  }

  /** What it asked for cannot be had, whatever the store has kept. */
  #needsGap(): boolean {
    const { join, welcome } = this.#stream;
    if (join.resumeAfter === undefined || welcome === undefined) return false;
    const { headMayLag, truth } = this.#against;
    const head = headMayLag ? truth.lastId : welcome.headId;
    return join.resumeAfter > head || (join.logId !== "" && join.logId !== welcome.logId);
  }

  #say(what: string): void {
    this.violations.push(`${this.#against.name} ${what}.`);
  }

  /** Everything up to `id` must have come by now. What comes later is found when it does. */
  #cover(id: number, because: string): void {
    const { visible, truth } = this.#against;
    if (this.#place === undefined) this.#moveTo(id, because);
    if (this.#place === undefined || id <= this.#place) return;
    for (let due = visible[this.#next]; due !== undefined && due <= id; due = visible[++this.#next]) {
      const message = truth.byId.get(due);
      if (message !== undefined && !this.#came.has(due)) this.#missed.push(message);
    }
    this.#place = id;
    this.#because = because;
  }

  #moveTo(place: number, because: string): void {
    const { visible } = this.#against;
    this.#place = place;
    this.#because = because;
    this.#next = firstAbove(visible, place);
  }

  /** Of the last messages up to the head of its welcome, as many as it asked for have come. */
  #checkRecent({ recent }: Join): void {
    const { visible } = this.#against;
    const head = this.#stream.welcome?.headId ?? 0;
    const could = Math.min(recent, firstAbove(visible, head) - firstAbove(visible, this.#against.oldestId - 1));
    if (this.#got.size < could) {
      this.#say(`asked for the last ${recent} messages, and got ${this.#got.size} where there were ${could}`);
    }
  }
}

/** The index of the first id above another, among ids that grow. */
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
