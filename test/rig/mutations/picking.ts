import { type History, type Message, type Mutable, maySee, type Seen } from "../history.ts";

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

/** All messages on the streams, the newest first. */
export function newestFirst({ streams }: MutableHistory): Message[] {
  const found = new Map<number, Message>();
  for (const { seen } of streams) for (const one of seen) if (one.kind === "message") found.set(one.id, one);
  return [...found.values()].sort((one, other) => other.id - one.id);
}

/** The ids, ascending, of all messages that were accepted or seen; with `user` only of those that the user may see. */
export function knownIds(history: MutableHistory, user?: string): Set<number> {
  const ids = newestFirst(history).flatMap((message) =>
    user === undefined || maySee(user, message) ? [message.id] : [],
  );
  for (const send of history.sends) {
    if (user !== undefined && !maySee(user, { ...send, sender: send.user })) continue;
    for (const answer of send.answers) if (answer.kind === "accepted") ids.push(answer.id);
  }
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
      const { kind: _, ...message } = seen;
      return where(message, stream, index) ? [{ stream, index, message }] : [];
    }),
  );
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
export function isKept({ oldestId }: MutableHistory, { id }: Message): boolean {
  return id >= oldestId;
}

/**
 * Whether the checker can know that a message was due: another stream has it too, and it is not the first event of a
 * stream without a cursor, which only shows where that stream begins.
 */
export function isDue(history: MutableHistory) {
  return (message: Message, { join }: Stream, index: number) =>
    isKept(history, message) &&
    (index > 0 || join.resumeAfter !== undefined) &&
    streamsWith(history, message.id).length > 1;
}

/** Whether the first answer accepted a command, and a stream showed its message. */
export function isSeen(history: MutableHistory) {
  const texts = new Set(newestFirst(history).map(({ text }) => text));
  return ({ text, answers }: MutableHistory["sends"][number]) => answers[0]?.kind === "accepted" && texts.has(text);
}

/** Whether a stream has a gap after an index. */
export function hasGap({ seen }: Stream, from: number): boolean {
  return seen.some(({ kind }, index) => kind === "gap" && index > from);
}

/** Whether an event is the cursor `id`. */
export function isCursorOf(seen: Seen | undefined, id: number): boolean {
  return seen?.kind === "cursor" && seen.id === id;
}

/** The streams that showed a message. */
export function streamsWith(history: MutableHistory, id: number): Stream[] {
  return history.streams.filter(({ seen }) => seen.some((one) => one.kind === "message" && one.id === id));
}

/** The next stream of the same client. */
export function nextOf(history: MutableHistory, stream: Stream): Stream | undefined {
  const own = history.streams.filter(({ client }) => client === stream.client);
  return own[own.indexOf(stream) + 1];
}

/** Removes the first delivery of a message from a stream. */
export function remove(stream: Stream, id: number): void {
  without(stream.seen, id);
}

/** Removes the first delivery of a message from events. */
export function without(seen: Seen[], id: number): void {
  const index = seen.findIndex((one) => one.kind === "message" && one.id === id);
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
