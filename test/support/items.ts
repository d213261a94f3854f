import type { Item } from "../../src/cli/terminal/item.ts";
import { ChatError, type Message, Status } from "../../src/client/index.ts";

/** A Sunday, at five past twelve. */
export const noon = new Date(2026, 10, 22, 12, 5);

/** A message of budi to everyone, with the id 7. */
export function message(more: Partial<Extract<Item, { kind: "message" }>> = {}): Extract<Item, { kind: "message" }> {
  return {
    kind: "message",
    id: 7n,
    sender: "budi",
    recipient: "",
    text: "hello",
    sentAt: noon,
    editedAt: undefined,
    replyTo: undefined,
    replayed: false,
    ...more,
  };
}

/** An edit of a message. */
export function edited(messageId: bigint, text: string): Item {
  return { kind: "edited", id: 20n, messageId, text, editedAt: noon, replayed: false };
}

/** A deletion of a message. */
export function deleted(messageId: bigint, by = "budi"): Item {
  return { kind: "deleted", id: 21n, messageId, deletedAt: noon, by, replayed: false };
}

/** Messages of budi, which have the ids 1, 2 and so on. */
export function messagesOf(texts: readonly string[]): Message[] {
  return texts.map((text, index) => {
    const { kind: _kind, replayed: _replayed, ...rest } = message({ id: BigInt(index + 1), text });
    return rest;
  });
}

/** A page of the history. */
export function page(texts: readonly string[], mayHaveOlder = false): Item {
  return { kind: "history", peer: "", messages: messagesOf(texts), mayHaveOlder };
}

/** A page of a search. */
export function found(
  query: string,
  texts: readonly string[],
  more: { mayHaveOlder?: true; continued?: true } = {},
): Item {
  return { kind: "search", query, messages: messagesOf(texts), mayHaveOlder: false, continued: false, ...more };
}

/** A lost connection. */
export function lost(failures: number, willRetryInMs: number): Item {
  const cause = new ChatError(Status.UNAVAILABLE, "connection lost");
  return { kind: "disconnected", failures, willRetryInMs, cause };
}

/** The event of a new connection. */
export function connected(logChanged: boolean): Item {
  return {
    kind: "connected",
    username: "ani",
    logId: "b",
    headId: 9n,
    readUpTo: 0n,
    limits: { maxTextBytes: 0, messagesPerSecond: 0, burst: 0, maxRecent: 0 },
    serverVersion: "1",
    again: true,
    logChanged,
  };
}

/** Help of a server with some commands; `unknownCommand`: the word that the server does not know. */
export function help(unknownCommand = ""): Item {
  const commands = [
    { name: "sendall", usage: "sendall TEXT", summary: "say TEXT to everyone" },
    { name: "sendto", usage: "sendto NAME TEXT", summary: "say TEXT to NAME alone, who must be online" },
    { name: "list", usage: "list", summary: "show who is online" },
    { name: "logout", usage: "logout", summary: "leave the room and sign out; the account stays" },
    { name: "help", usage: "help", summary: "show these commands" },
  ];
  return { kind: "help", requestId: "r", unknownCommand, commands };
}
