import {
  type Change,
  type Deleted,
  type Edited,
  type Entry,
  type History,
  isEntry,
  type Message,
  type Mutable,
  maySee,
  type Seen,
} from "../history.ts";

/** A history that a mutation may change. */
export type MutableHistory = Mutable<History>;
/** A stream of such a history. */
export type Stream = MutableHistory["streams"][number];

/**
 * Plants a fault into a history, at one of the possible positions, chosen by `pick`. Returns the sentence that the
 * checker must find, or `undefined` if the fault fits nowhere.
 */
export type Mutation = (history: MutableHistory, pick: number) => string | undefined;

/** One of the choices; `undefined` if there are none. */
export function oneOf<T>(choices: readonly T[], pick: number): T | undefined {
  return choices[pick % choices.length];
}

/** All entries on the streams, the newest first. A message has the text with which it came last. */
export function entriesNewestFirst({ streams }: MutableHistory): Entry[] {
  const found = new Map<number, Entry>();
  for (const { seen } of streams) for (const one of seen) if (isEntry(one)) found.set(one.id, one);
  return [...found.values()].sort((one, other) => other.id - one.id);
}

/** All messages on the streams, the newest first. */
export function newestFirst(history: MutableHistory): Message[] {
  return entriesNewestFirst(history).filter((entry) => entry.kind === "message");
}

/** A message that was accepted or seen. */
export function messageOf(history: MutableHistory, id: number): Message | undefined {
  const seen = newestFirst(history).find((message) => message.id === id);
  if (seen !== undefined) return seen;
  for (const { kind, user: sender, recipient, text, answers } of history.sends) {
    const answer = answers.find((one) => one.kind === "accepted" && one.id === id);
    if (kind !== "message" || answer?.kind !== "accepted") continue;
    return { kind, id, sender, recipient, text, sentAt: answer.sentAt, editedAt: 0 };
  }
  return undefined;
}

/** All edits and deletions that were accepted or seen, in the order of their ids. */
export function changesOf(history: MutableHistory): Change[] {
  const found = new Map<number, Change>();
  for (const entry of entriesNewestFirst(history)) if (entry.kind !== "message") found.set(entry.id, entry);
  for (const { kind, messageId, text, answers, user } of history.sends) {
    const answer = answers.find((one) => one.kind === "accepted");
    if (answer?.kind !== "accepted" || kind === "message" || found.has(answer.id)) continue;
    const { id, sentAt } = answer;
    if (kind === "edited") found.set(id, { kind, id, messageId, text, editedAt: sentAt });
    else found.set(id, { kind, id, messageId, deletedAt: sentAt, by: user });
  }
  return [...found.values()].sort((one, other) => one.id - other.id);
}

/** The edits of a message, in the order of their ids. */
export function editsOf(history: MutableHistory, id: number): Edited[] {
  return changesOf(history).filter((change) => change.kind === "edited" && change.messageId === id) as Edited[];
}

/** The deletion of a message. */
export function deletionOf(history: MutableHistory, id: number): Deleted | undefined {
  return changesOf(history).find((change) => change.kind === "deleted" && change.messageId === id) as
    | Deleted
    | undefined;
}

/** Whether the store has erased an entry, or does not send it any more. */
export function isErased(history: MutableHistory, entry: Entry): boolean {
  if (entry.kind === "deleted") return false;
  if (entry.kind === "message") return deletionOf(history, entry.id) !== undefined;
  const isOld = editsOf(history, entry.messageId).some(({ id }) => id > entry.id);
  return isOld || deletionOf(history, entry.messageId) !== undefined || entry.messageId < history.oldestId;
}

/** Whether a user may see an entry. */
export function sees(history: MutableHistory, user: string, entry: Entry): boolean {
  const message = entry.kind === "message" ? entry : messageOf(history, entry.messageId);
  return message !== undefined && maySee(user, message);
}

/** The command of an entry that was accepted or has its text. */
export function sendOf(history: MutableHistory, entry: Entry): MutableHistory["sends"][number] | undefined {
  return history.sends.find(
    ({ kind, text, answers }) =>
      kind === entry.kind &&
      (entry.kind === "deleted"
        ? answers.some((answer) => answer.kind === "accepted" && answer.id === entry.id)
        : text === entry.text),
  );
}

/** Whether an unanswered edit may be one of the ids that no client knows. */
export function hasUntoldEdit({ sends }: MutableHistory): boolean {
  return sends.some(({ kind, answers }) => kind === "edited" && answers.length === 0);
}

/** The ids, ascending, of all entries that were accepted or seen. */
export function knownIds(history: MutableHistory): Set<number> {
  const ids = entriesNewestFirst(history).map(({ id }) => id);
  for (const send of history.sends) {
    for (const answer of send.answers) if (answer.kind === "accepted") ids.push(answer.id);
  }
  return new Set(ids.sort((one, other) => one - other));
}

/** The ids, ascending, of the messages and deletions that a user gets, and that were accepted or seen. */
export function dueIds(history: MutableHistory, user: string): Set<number> {
  const changes = changesOf(history);
  const deleted = new Set(changes.flatMap((one) => (one.kind === "deleted" ? [one.messageId] : [])));
  const owners = new Map<number, { sender: string; recipient: string }>();
  for (const message of newestFirst(history)) owners.set(message.id, message);
  for (const { kind, user: sender, recipient, answers } of history.sends) {
    for (const one of answers)
      if (one.kind === "accepted" && kind === "message") owners.set(one.id, { sender, recipient });
  }
  const isTheirs = (id: number) => maySee(user, owners.get(id) ?? { sender: "nobody", recipient: "nobody" });
  const ids = [...owners.keys()].filter((id) => isTheirs(id) && !deleted.has(id));
  for (const one of changes) if (one.kind === "deleted" && isTheirs(one.messageId)) ids.push(one.id);
  return new Set(ids.sort((one, other) => one - other));
}

/** The newest known id of a history, or the last truncated one if none is known. */
export function lastId(history: MutableHistory): number {
  return Math.max(history.oldestId - 1, ...knownIds(history));
}

/** Every delivery of a message that `where` accepts, by default all. */
export function shown(
  history: MutableHistory,
  where: (message: Message, stream: Stream, index: number) => boolean = () => true,
) {
  return history.streams.flatMap((stream) =>
    stream.seen.flatMap((seen, index) => {
      if (seen.kind !== "message") return [];
      return where(seen, stream, index) ? [{ stream, index, message: seen }] : [];
    }),
  );
}

/** Every stream of a client that waited for everything from the beginning of the log. */
export function auditsOf(history: MutableHistory, where: (user: string) => boolean): Stream[] {
  return history.streams.filter(({ client, user }) => client.startsWith("the audit") && where(user));
}

/** Inserts an entry into a stream, before the first event with a higher id. */
export function insert({ seen }: Stream, entry: Entry): void {
  const index = seen.findIndex((one) => one.kind !== "gap" && one.id > entry.id);
  seen.splice(index < 0 ? seen.length : index, 0, { ...entry });
}

/** Every event of a kind. */
export function events<K extends Seen["kind"]>(history: MutableHistory, kind: K) {
  return history.streams.flatMap((stream) =>
    stream.seen.flatMap((seen, index) =>
      seen.kind === kind ? [{ stream, index, event: seen as Mutable<Extract<Seen, { kind: K }>> }] : [],
    ),
  );
}

/** Whether the log still has a message at the end of a history. */
export function isKept({ oldestId }: MutableHistory, { id }: Entry): boolean {
  return id >= oldestId;
}

/**
 * Whether the checker can know that a message was due: another stream has it too, and it is not the first event of a
 * stream without a cursor, which only shows where that stream begins.
 */
export function isDue(history: MutableHistory) {
  return (message: Message, { join }: Stream, index: number) =>
    isKept(history, message) &&
    !isErased(history, message) &&
    (index > 0 || join.resumeAfter !== undefined) &&
    streamsWith(history, message.id).length > 1;
}

/** Whether the first answer accepted a command, and a stream showed its entry with the text of the command. */
export function isSeen(history: MutableHistory) {
  const texts = new Map<string, number>();
  for (const { seen } of history.streams) {
    for (const one of seen)
      if (one.kind === "message" || one.kind === "edited") texts.set(`${one.kind} ${one.text}`, one.id);
  }
  return ({ kind, text, answers: [first] }: MutableHistory["sends"][number]) =>
    first?.kind === "accepted" && texts.get(`${kind} ${text}`) === first.id;
}

/** Whether a stream has a gap after an index. */
export function hasGap({ seen }: Stream, from: number): boolean {
  return seen.some(({ kind }, index) => kind === "gap" && index > from);
}

/** Whether an event is the cursor `id`. */
export function isCursorOf(seen: Seen | undefined, id: number): boolean {
  return seen?.kind === "cursor" && seen.id === id;
}

/** The streams that showed an entry. */
export function streamsWith(history: MutableHistory, id: number): Stream[] {
  return history.streams.filter(({ seen }) => seen.some((one) => isEntry(one) && one.id === id));
}

/** The next stream of the same client. */
export function nextOf(history: MutableHistory, stream: Stream): Stream | undefined {
  const own = history.streams.filter(({ client }) => client === stream.client);
  return own[own.indexOf(stream) + 1];
}

/** Removes the first delivery of an entry from a stream. */
export function remove(stream: Stream, id: number): void {
  without(stream.seen, id);
}

/** Removes the first delivery of an entry from events. */
export function without(seen: Seen[], id: number): void {
  const index = seen.findIndex((one) => isEntry(one) && one.id === id);
  if (index >= 0) seen.splice(index, 1);
}

/** Changes every delivery of a message on a stream. */
export function replace(stream: Stream, id: number, change: (message: Message) => Message): void {
  stream.seen = stream.seen.map((one) => (one.kind === "message" && one.id === id ? { ...one, ...change(one) } : one));
}

/** The name that the checker gives a stream. */
export function nameOf(history: MutableHistory, stream: Stream): string {
  const own = history.streams.filter(({ client }) => client === stream.client);
  return `stream ${own.indexOf(stream) + 1} of ${stream.client}`;
}
