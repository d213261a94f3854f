import { type Edited, type Entry, type History, isEntry, type Join, type Message, type Stream } from "../history.ts";
import type { KnownLog } from "./knownLog.ts";
import { list, nameOf, titleOf } from "./wording.ts";

/** What `checkStream` compares a stream with. */
export interface Against {
  /** The stream's name, for sentences. */
  readonly name: string;
  readonly log: KnownLog;
  /** The ids of all entries that its user may see, ascending. */
  readonly visible: readonly number[];
  readonly history: History;
}

/** Goes through a stream in the order of arrival, and finds events that are wrong, came twice, too late or never. */
export function checkStream(stream: Stream, against: Against): Walk {
  const walk = new Walk(stream, against);
  for (const seen of stream.seen) {
    if (isEntry(seen)) walk.entry(seen);
    else if (seen.kind === "gap") walk.gap(seen.oldestId);
    else if (seen.kind === "caughtUp") walk.caughtUp(seen.id);
    else walk.cursor(seen.id);
  }
  walk.end();
  return walk;
}

class Walk {
  readonly violations: string[] = [];
  /** Whether the stream left out an entry which a command without an answer may have erased. */
  isUnsure = false;
  readonly #stream: Stream;
  readonly #against: Against;
  readonly #came: ReadonlySet<number>;
  /**
   * Everything up to this id has come, or was not asked for. `undefined`: the stream has not shown yet where it begins.
   */
  #reached: number | undefined;
  /** The event that moved `#reached`, for sentences. */
  #because = "";
  /** The index in `visible` of the next entry to come. */
  #next = 0;
  readonly #got = new Set<number>();
  #messages = 0;
  #lastId = 0;
  #caughtUp = false;
  /** Edits and deletions up to this id need not come: the client asked for none of before its join. */
  readonly #changesAfter: number;
  readonly #missed: Entry[] = [];

  constructor(stream: Stream, against: Against) {
    this.#stream = stream;
    this.#against = against;
    this.#came = new Set(stream.seen.flatMap((seen) => (isEntry(seen) ? [seen.id] : [])));
    const { resumeAfter } = stream.join;
    const end = stream.seen.find((seen) => seen.kind === "caughtUp")?.id ?? Number.POSITIVE_INFINITY;
    this.#changesAfter = resumeAfter === undefined ? end : 0;
    if (resumeAfter !== undefined && !this.#needsGap()) {
      this.#moveTo(resumeAfter, `asked for the entries after ${resumeAfter}`);
    }
  }

  entry(entry: Entry): void {
    const { id } = entry;
    const name = nameOf(entry);
    if (this.#against.log.shows(this.#stream.user, entry) === false) {
      this.#say(`got ${titleOf(entry)}, which is private to others`);
    }
    if (this.#got.has(id)) this.#say(`got ${name} twice`);
    else if (id < this.#lastId) this.#say(`got ${name} after ${this.#lastId}`);
    else if (this.#reached !== undefined && id <= this.#reached) this.#say(`${this.#because}, and then got ${name}`);
    this.#checkErased(entry);
    this.#got.add(id);
    if (entry.kind === "message") this.#messages += 1;
    this.#lastId = Math.max(this.#lastId, id);
    this.#cover(id, `got ${name}`);
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
      this.#say(`was told of a gap before ${oldestId}, though nothing before it was removed`);
    }
    this.#lastId = oldestId - 1;
    this.#moveTo(oldestId - 1, `was told of a gap before ${oldestId}`);
  }

  end(): void {
    const { seen, complete, welcome, join } = this.#stream;
    if (this.#needsGap() && seen.length > 0 && seen[0]?.kind !== "gap") {
      const inLog = join.logId === "" ? "" : ` in the log ${join.logId}`;
      const asked = `asked for the entries after ${join.resumeAfter}${inLog}`;
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
      this.#say(`was not told of a gap, though the log no longer had ${list(truncated.map(({ id }) => id))}`);
    }
    const missed = this.#missed.filter(({ id }) => id >= oldestId);
    if (missed.length > 0) this.#say(`never got ${list(missed.map(titleOf))}`);
  }

  /** Checks that nothing comes back which was erased before the welcome. */
  #checkErased(entry: Entry): void {
    const head = this.#stream.welcome?.headId ?? 0;
    if (entry.kind !== "message" && this.#stream.join.resumeAfter === undefined && entry.id <= head) {
      this.#say(`asked for nothing before its welcome, and got ${titleOf(entry)}`);
    }
    if (entry.kind === "deleted") return;
    const { log } = this.#against;
    const messageId = entry.kind === "message" ? entry.id : entry.messageId;
    const deletion = log.deletion(messageId);
    const edit = log.edits(messageId).findLast(({ id }) => id <= head);
    if (deletion !== undefined && deletion.id <= head) {
      this.#say(`got ${titleOf(entry)}, though ${nameOf(deletion)} was before its welcome`);
    } else if (edit !== undefined && this.#isBefore(entry, edit)) {
      this.#say(`got ${titleOf(entry)} with a text that ${nameOf(edit)} replaced before its welcome`);
    }
  }

  /** Whether an entry has a text of before an edit. */
  #isBefore(entry: Message | Edited, edit: Edited): boolean {
    if (entry.kind === "edited") return entry.id < edit.id;
    const own = this.#against.log.edits(entry.id).find(({ text }) => text === entry.text);
    return own === undefined ? entry.editedAt < edit.editedAt : own.id < edit.id;
  }

  /** Whether the stream may leave out an entry. */
  #mayLack(entry: Entry): boolean {
    const { log } = this.#against;
    if (entry.kind !== "message" && entry.id <= this.#changesAfter) return true;
    if (log.isErased(entry)) return true;
    if (!log.mayBeErased(entry)) return false;
    this.isUnsure = true;
    return true;
  }

  /** Whether the stream asked for entries that the log cannot have, even if the store has removed nothing. */
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

  /** Everything up to `id` must have come by now. If an entry comes later, `entry` reports it. */
  #cover(id: number, because: string): void {
    const { visible, log } = this.#against;
    if (this.#reached === undefined) this.#moveTo(id, because);
    if (this.#reached === undefined || id <= this.#reached) return;
    for (let due = visible[this.#next]; due !== undefined && due <= id; due = visible[++this.#next]) {
      const entry = log.byId.get(due);
      if (entry !== undefined && !this.#came.has(due) && !this.#mayLack(entry)) this.#missed.push(entry);
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

  /**
   * Checks that the stream got as many of the newest messages up to the head of its welcome as it asked for. Those that
   * were deleted later may be missing.
   */
  #checkRecent({ recent }: Join): void {
    const { visible, log, history } = this.#against;
    const head = this.#stream.welcome?.headId ?? 0;
    let count = 0;
    let could = 0;
    for (let i = firstAbove(visible, head) - 1; i >= 0 && count < recent; i--) {
      const entry = log.byId.get(visible[i] as number);
      if (entry === undefined || entry.id < history.oldestId) break;
      if (entry.kind !== "message") continue;
      const deletion = log.deletion(entry.id);
      if (deletion !== undefined && deletion.id <= head) continue;
      count += 1;
      if (deletion === undefined && !log.mayBeErased(entry)) could += 1;
    }
    if (this.#messages < could) {
      this.#say(`asked for the last ${recent} messages, and got ${this.#messages} where there were ${could}`);
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
