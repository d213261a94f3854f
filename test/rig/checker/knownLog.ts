import {
  type Change,
  type Deleted,
  type Edited,
  type Entry,
  type History,
  isEntry,
  type Message,
  maySee,
  type Send,
  type Stream,
  timeOf,
} from "../history.ts";
import { commandOf, list, nameOf, sentence } from "./wording.ts";

/** What all clients together know of the log. */
export class KnownLog {
  /** In the order of their ids. A message has one of the texts that it had. */
  readonly entries: readonly Entry[];
  readonly byId: ReadonlyMap<number, Entry>;
  /**
   * By id: the stream that showed the entry first. Missing: the entry was accepted, and no stream of this history showed
   * it.
   */
  readonly shownBy: ReadonlyMap<number, Stream>;
  /** By id of a message: each text with which a stream showed it. */
  readonly versions: ReadonlyMap<number, readonly Message[]>;
  /** By id of a message: its edits and deletions, in the order of their ids. */
  readonly changes: ReadonlyMap<number, readonly Change[]>;
  /** The newest known id. 0: none. */
  readonly lastId: number;
  readonly #oldestId: number;
  /** The messages that commands without an answer may have changed. Empty unless the run goes on. */
  readonly #unsure: ReadonlySet<number>;

  constructor(history: History, found: Pick<KnownLog, "byId" | "shownBy" | "versions">) {
    const { byId, shownBy, versions } = found;
    this.byId = byId;
    this.shownBy = shownBy;
    this.versions = versions;
    this.entries = [...byId.values()].sort((one, other) => one.id - other.id);
    this.lastId = Math.max(this.entries.at(-1)?.id ?? 0, history.oldestId - 1, history.verified?.upTo ?? 0);
    const changes = this.entries.filter((entry) => entry.kind !== "message");
    this.#oldestId = history.oldestId;
    this.changes = Map.groupBy(changes, ({ messageId }) => messageId);
    const sends = history.isRunning === true ? history.sends : [];
    this.#unsure = new Set(sends.flatMap(({ messageId, answers }) => (answers.length === 0 ? [messageId] : [])));
  }

  /** The message with an id, with one of the texts that it had. */
  message(id: number): Message | undefined {
    const entry = this.byId.get(id);
    return entry?.kind === "message" ? entry : undefined;
  }

  /** The edits of a message, in the order of their ids. */
  edits(messageId: number): Edited[] {
    return (this.changes.get(messageId) ?? []).filter((change) => change.kind === "edited");
  }

  /** The deletion of a message. */
  deletion(messageId: number): Deleted | undefined {
    return this.changes.get(messageId)?.find((change) => change.kind === "deleted");
  }

  /** Whether a user may see an entry. `undefined`: the message that it changes is not known. */
  shows(user: string, entry: Entry): boolean | undefined {
    const message = entry.kind === "message" ? entry : this.message(entry.messageId);
    return message && maySee(user, message);
  }

  /**
   * Whether the store does not send an entry any more: a deleted message, each of its edits, an edit before the newest
   * one, or an edit of a message that the store has removed.
   */
  isErased(entry: Entry): boolean {
    if (entry.kind === "deleted") return false;
    const messageId = entry.kind === "message" ? entry.id : entry.messageId;
    if (this.deletion(messageId) !== undefined) return true;
    if (entry.kind === "message") return false;
    return messageId < this.#oldestId || this.edits(messageId).some(({ id }) => id > entry.id);
  }

  /** Whether the outcome of a command is still to come that may have erased an entry. */
  mayBeErased(entry: Entry): boolean {
    if (entry.kind === "deleted") return false;
    return this.#unsure.has(entry.kind === "message" ? entry.id : entry.messageId);
  }
}

/**
 * Reconstructs the log from all streams and answers, and finds where they contradict one another. `nameOf` names a
 * stream.
 */
export function findLog(history: History, titleOf: (stream: Stream) => string) {
  const violations: string[] = [];
  const byId = new Map<number, Entry>(history.verified?.log.map((entry) => [entry.id, entry]));
  const shownBy = new Map<number, Stream>();
  const versions = new Map<number, Message[]>();
  for (const stream of history.streams) {
    for (const seen of stream.seen) {
      if (!isEntry(seen)) continue;
      const known = byId.get(seen.id);
      if (!shownBy.has(seen.id)) shownBy.set(seen.id, stream);
      if (known === undefined) byId.set(seen.id, seen);
      const own = versions.get(seen.id) ?? [];
      const other = known === undefined ? [] : differences(known, seen);
      if (seen.kind === "message") {
        const same = own.find(({ text }) => text === seen.text);
        if (same === undefined) versions.set(seen.id, [...own, seen]);
        else if (same.editedAt !== seen.editedAt) other.push("editedAt");
      }
      if (known === undefined || other.length === 0) continue;
      const shower = shownBy.get(seen.id);
      const first = shower === undefined || shower === stream ? "a verified stream" : titleOf(shower);
      const where = `on ${first} and on ${titleOf(stream)}`;
      violations.push(sentence(`${nameOf(seen)} is not the same ${where}: it differs in ${list(other)}`));
    }
  }
  violations.push(...addAccepted(history, byId));
  const log = new KnownLog(history, { byId, shownBy, versions });
  if (history.isRunning !== true) violations.push(...checkIds(history, log));
  violations.push(...checkTimes(log.entries));
  return { log, violations };
}

/**
 * The first id that a history must know: the store removed earlier entries, or they were verified and are no longer
 * kept.
 */
export function firstId({ oldestId, verified }: History): number {
  return verified === undefined ? oldestId : Math.max(oldestId, verified.from);
}

/** Adds the entries that were accepted, and that no stream showed. */
function addAccepted({ sends }: History, byId: Map<number, Entry>): string[] {
  const violations: string[] = [];
  const takenBy = new Map<number, Send>();
  for (const send of sends) {
    for (const answer of send.answers) {
      if (answer.kind !== "accepted") continue;
      const { id, sentAt } = answer;
      const other = takenBy.get(id);
      if (other !== undefined && other !== send) {
        violations.push(`The id ${id} was given to ${commandOf(other)} and to ${commandOf(send)}.`);
      }
      takenBy.set(id, send);
      if (!byId.has(id)) byId.set(id, entryOf(send, id, sentAt));
    }
  }
  return violations;
}

function entryOf({ kind, user, recipient, text, messageId }: Send, id: number, at: number): Entry {
  if (kind === "message") return { kind, id, sender: user, recipient, text, sentAt: at, editedAt: 0 };
  if (kind === "edited") return { kind, id, messageId, text, editedAt: at };
  return { kind, id, messageId, deletedAt: at, by: user };
}

/** The fields in which an entry is not the same as on another stream. Of a message, an edit changes the text. */
function differences(one: Entry, other: Entry): string[] {
  const given: Record<string, unknown> = { ...one };
  const isEdit = one.kind === "message" && other.kind === "message" && (one.editedAt !== 0 || other.editedAt !== 0);
  return Object.entries(other)
    .filter(([field, value]) => given[field] !== value && !(isEdit && (field === "text" || field === "editedAt")))
    .map(([field]) => field);
}

/** Finds ids that no client knows: ids grow by one, so each of them is a lost entry, or an edit that was erased. */
function checkIds(history: History, { byId, lastId, changes, entries }: KnownLog): string[] {
  const unknown: number[] = [];
  for (let id = firstId(history); id <= lastId; id++) if (!byId.has(id)) unknown.push(id);
  const texts = new Set(entries.map((entry) => (entry.kind === "edited" ? entry.text : "")));
  // If nobody has the answer to an edit, its id is known only while the edit is the newest one of its message.
  const erased = history.sends.filter(
    ({ kind, answers, text, messageId }) =>
      kind === "edited" &&
      answers.length === 0 &&
      !texts.has(text) &&
      (changes.has(messageId) || messageId < history.oldestId),
  );
  return unknown.length <= erased.length
    ? []
    : [`No client ever got ${list(unknown)}, though the log goes up to ${lastId}.`];
}

function checkTimes(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry, i) => {
    const before = entries[i - 1];
    return before === undefined || timeOf(before) <= timeOf(entry)
      ? []
      : [`The time falls from ${nameOf(before)} (${timeOf(before)}) to ${nameOf(entry)} (${timeOf(entry)}).`];
  });
}
