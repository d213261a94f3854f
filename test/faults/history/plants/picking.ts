import { type History, type Message, maySee, type Seen } from "../history.ts";
import type { Open } from "../open.ts";

export type Room = Open<History>;
export type Stream = Room["streams"][number];

/** Breaks a history, in a place that `pick` chooses among those that there are, and says the sentence that must be found. */
export type Plant = (history: Room, pick: number) => string | undefined;

export function oneOf<T>(choices: readonly T[], pick: number): T | undefined {
  return choices[pick % choices.length];
}

/** All messages that streams have, the newest first. */
export function newestFirst({ streams }: Room): Message[] {
  const found = new Map<number, Message>();
  for (const { seen } of streams) for (const one of seen) if (one.kind === "message") found.set(one.id, one);
  return [...found.values()].sort((one, other) => other.id - one.id);
}

/** The ids, growing, of what is known of by an `accepted` or because it was seen; where given, of what a user may see. */
export function knownIds(history: Room, user?: string): Set<number> {
  const ids = newestFirst(history).flatMap((message) =>
    user === undefined || maySee(user, message) ? [message.id] : [],
  );
  for (const send of history.sends) {
    if (user !== undefined && !maySee(user, { ...send, sender: send.user })) continue;
    for (const answer of send.answers) if (answer.kind === "accepted") ids.push(answer.id);
  }
  return new Set(ids.sort((one, other) => one - other));
}

export function lastId(history: Room): number {
  return Math.max(history.oldestId - 1, ...knownIds(history));
}

/** Where messages were shown. */
export function shown(history: Room, where: (message: Message, stream: Stream, index: number) => boolean = () => true) {
  return history.streams.flatMap((stream) =>
    stream.seen.flatMap((seen, index) => {
      if (seen.kind !== "message") return [];
      const { kind: _, ...message } = seen;
      return where(message, stream, index) ? [{ stream, index, message }] : [];
    }),
  );
}

/** Where events of a kind came. */
export function events<K extends Seen["kind"]>(history: Room, kind: K) {
  return history.streams.flatMap((stream) =>
    stream.seen.flatMap((seen, index) =>
      seen.kind === kind ? [{ stream, index, event: seen as Open<Extract<Seen, { kind: K }>> }] : [],
    ),
  );
}

export function isKept({ oldestId }: Room, { id }: Message): boolean {
  return id >= oldestId;
}

/** Whether it can be known that a message was to come: others have it, and it is not what tells where the stream begins. */
export function isDue(history: Room) {
  return (message: Message, { join }: Stream, index: number) =>
    isKept(history, message) &&
    (index > 0 || join.resumeAfter !== undefined) &&
    streamsWith(history, message.id).length > 1;
}

/** Whether a command was accepted at once, and its message was seen. */
export function isSeen(history: Room) {
  const texts = new Set(newestFirst(history).map(({ text }) => text));
  return ({ text, answers }: Room["sends"][number]) => answers[0]?.kind === "accepted" && texts.has(text);
}

export function hasGap({ seen }: Stream, from: number): boolean {
  return seen.some(({ kind }, index) => kind === "gap" && index > from);
}

export function isCursorOf(seen: Seen | undefined, id: number): boolean {
  return seen?.kind === "cursor" && seen.id === id;
}

export function streamsWith(history: Room, id: number): Stream[] {
  return history.streams.filter(({ seen }) => seen.some((one) => one.kind === "message" && one.id === id));
}

/** The stream with which a client came back. */
export function nextOf(history: Room, stream: Stream): Stream | undefined {
  const own = history.streams.filter(({ client }) => client === stream.client);
  return own[own.indexOf(stream) + 1];
}

export function remove(stream: Stream, id: number): void {
  without(stream.seen, id);
}

export function without(seen: Seen[], id: number): void {
  const index = seen.findIndex((one) => one.kind === "message" && one.id === id);
  if (index >= 0) seen.splice(index, 1);
}

export function replace(stream: Stream, id: number, change: (message: Message) => Message): void {
  stream.seen = stream.seen.map((one) => (one.kind === "message" && one.id === id ? { ...one, ...change(one) } : one));
}

/** As the checker names it. */
export function nameOf(history: Room, stream: Stream): string {
  const own = history.streams.filter(({ client }) => client === stream.client);
  return `stream ${own.indexOf(stream) + 1} of ${stream.client}`;
}
