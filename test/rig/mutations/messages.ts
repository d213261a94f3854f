import { commandOf, nameOf as nameOfEntry, titleOf } from "../checker/wording.ts";
import { type Message, maySee, timeOf } from "../history.ts";
import {
  editsOf,
  entriesNewestFirst,
  hasGap,
  hasUntoldEdit,
  isDue,
  isErased,
  isKept,
  knownIds,
  lastId,
  type Mutation,
  nameOf,
  newestFirst,
  nextOf,
  oneOf,
  remove,
  replace,
  type Stream,
  shown,
  streamsWith,
  without,
} from "./picking.ts";

/** Faults in the messages that streams show. */
export const MESSAGE_MUTATIONS: Record<string, Mutation> = {
  "an id in the log that no client knows": (history, pick) => {
    const message = oneOf(
      newestFirst(history).filter(({ editedAt }) => editedAt === 0),
      pick,
    );
    const last = lastId(history);
    if (hasUntoldEdit(history) || message === undefined || message.id === last || message.id < history.oldestId)
      return undefined;
    for (const stream of history.streams) remove(stream, message.id);
    history.sends = history.sends.filter(({ text }) => text !== message.text);
    return `No client ever got ${message.id}, though the log goes up to ${last}.`;
  },
  "a message that one stream has left out": (history, pick) => {
    const found = oneOf(shown(history, isDue(history)), pick);
    if (found === undefined) return undefined;
    remove(found.stream, found.message.id);
    return `${nameOf(history, found.stream)} never got ${titleOf(found.message)}.`;
  },
  "a message that was seen and is no longer in the log": (history, pick) => {
    const isLive = (message: Message, { client }: Stream) =>
      isKept(history, message) && !isErased(history, message) && !client.startsWith("the audit");
    const found = oneOf(shown(history, isLive), pick);
    const audit = history.streams.find(({ client }) => client === `the audit of ${found?.stream.user}`);
    if (found === undefined || audit === undefined) return undefined;
    for (const { client, seen } of history.streams) if (client.startsWith("the audit")) without(seen, found.message.id);
    return `${nameOf(history, audit)} never got ${titleOf(found.message)}.`;
  },
  "a private message that was not given to its recipient": (history, pick) => {
    const isTheirs = (message: Message, stream: Stream, index: number) =>
      isDue(history)(message, stream, index) && message.recipient === stream.user && message.sender !== stream.user;
    const found = oneOf(shown(history, isTheirs), pick);
    if (found === undefined) return undefined;
    remove(found.stream, found.message.id);
    return `${nameOf(history, found.stream)} never got ${titleOf(found.message)}.`;
  },
  "a private message that was leaked": (history, pick) => {
    const message = oneOf(
      newestFirst(history).filter(({ recipient }) => recipient !== ""),
      pick,
    );
    const stream = oneOf(
      history.streams.filter((one) => message && !maySee(one.user, message) && one.client.startsWith("the audit")),
      pick,
    );
    if (message === undefined || stream === undefined) return undefined;
    stream.seen.push({ ...message });
    return `${nameOf(history, stream)} got ${titleOf(message)}, which is private to others.`;
  },
  "a message that came twice on a stream": (history, pick) => {
    const found = oneOf(shown(history), pick);
    found?.stream.seen.splice(found.index, 0, { ...found.message });
    return found && `${nameOf(history, found.stream)} got message ${found.message.id} twice.`;
  },
  "a message that came again after a resume": (history, pick) => {
    const found = oneOf(
      shown(history, (_, stream, index) => nextOf(history, stream)?.welcome !== undefined && !hasGap(stream, index)),
      pick,
    );
    const next = found && nextOf(history, found.stream);
    if (found === undefined || next === undefined) return undefined;
    next.seen.unshift({ ...found.message });
    return `${nameOf(history, next)} got message ${found.message.id} again, which ${nameOf(history, found.stream)} had.`;
  },
  "two messages that came in the wrong order": (history, pick) => {
    const found = oneOf(
      shown(history, (_, stream, index) => stream.seen[index + 1]?.kind === "message"),
      pick,
    );
    const other = found?.stream.seen[found.index + 1];
    if (found === undefined || other?.kind !== "message") return undefined;
    found.stream.seen.splice(found.index, 2, other, { ...found.message });
    return `${nameOf(history, found.stream)} got message ${found.message.id} after ${other.id}.`;
  },
  "two messages under one id": (history, pick) => {
    const found = oneOf(
      shown(history, ({ id }) => streamsWith(history, id).length > 1 && editsOf(history, id).length === 0),
      pick,
    );
    if (
      found === undefined ||
      shown(history, ({ id, editedAt }) => id === found.message.id && editedAt > 0).length > 0
    ) {
      return undefined;
    }
    const [first, ...others] = streamsWith(history, found.message.id) as [Stream, ...Stream[]];
    const other = oneOf(others, pick) as Stream;
    const sender = `not ${found.message.sender}`;
    replace(other, found.message.id, (message) => ({ ...message, sender, text: "something else" }));
    const where = `on ${nameOf(history, first)} and on ${nameOf(history, other)}`;
    return `Message ${found.message.id} is not the same ${where}: it differs in sender and text.`;
  },
  "a text that was altered on all streams": (history, pick) => {
    const message = oneOf(newestFirst(history), pick);
    if (message === undefined) return undefined;
    for (const stream of history.streams) replace(stream, message.id, (one) => ({ ...one, text: `${one.text}!` }));
    return `Message ${message.id} is none that ${message.sender} has sent: "${message.text}!".`;
  },
  "a private message that became public": (history, pick) => {
    const message = oneOf(
      newestFirst(history).filter(({ recipient }) => recipient !== ""),
      pick,
    );
    const send = history.sends.find(({ kind, text }) => kind === "message" && text === message?.text);
    if (message === undefined || send === undefined) return undefined;
    for (const stream of history.streams) replace(stream, message.id, (one) => ({ ...one, recipient: "" }));
    return `Message ${message.id} went to everyone, but ${commandOf(send)} was for ${send.recipient}.`;
  },
  "a time that falls": (history, pick) => {
    const kept = newestFirst(history).filter((message) => isKept(history, message));
    const message = oneOf(kept, pick);
    const id = [...knownIds(history)].findLast((one) => one < (message?.id ?? 0));
    const before = entriesNewestFirst(history).find((entry) => entry.id === id);
    if (message === undefined || before === undefined || !isKept(history, before)) return undefined;
    const sentAt = timeOf(before) - 1;
    for (const stream of history.streams) replace(stream, message.id, (one) => ({ ...one, sentAt }));
    return `The time falls from ${nameOfEntry(before)} (${timeOf(before)}) to message ${message.id} (${sentAt}).`;
  },
};
