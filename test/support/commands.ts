import type { ChatRequest, Event } from "../../src/gen/obrolan/v1/chat.ts";

/** The command of a `ChatRequest`. */
export type Command = NonNullable<ChatRequest["command"]>;
type Content = NonNullable<Event["event"]>;
/** The name of an event. */
export type Kind = Content["$case"];
/** The event of that name, with the `request_id` that it answers. */
export type Received<K extends Kind> = Extract<Content, { $case: K }>["value"] & { readonly requestId: string };

/** Joins the room. */
export function join(options: { resumeAfter?: bigint; logId?: string; recent?: number } = {}): Command {
  return { $case: "join", value: { logId: "", recent: 0, ...options } };
}

/** Sends a message to everyone. */
export function sendAll(text: string, { replyTo = 0n }: { replyTo?: bigint } = {}): Command {
  return { $case: "sendAll", value: { text, replyTo } };
}

/** Sends a message to one user. */
export function sendTo(
  username: string,
  text: string,
  { replyTo = 0n, evenIfOffline = false }: { replyTo?: bigint; evenIfOffline?: boolean } = {},
): Command {
  return { $case: "sendTo", value: { username, text, replyTo, evenIfOffline } };
}

/** Replaces the text of a message. */
export function edit(id: bigint, text: string, logId = ""): Command {
  return { $case: "edit", value: { id, text, logId } };
}

/** Deletes a message. */
export function remove(id: bigint, logId = ""): Command {
  return { $case: "delete", value: { id, logId } };
}

/** A line as a person types it. */
export function typed(line: string): Command {
  return { $case: "textCommand", value: line };
}

/** Asks for help. */
export const help: Command = { $case: "help", value: {} };
