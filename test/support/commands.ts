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
export function sendAll(text: string): Command {
  return { $case: "sendAll", value: { text } };
}

/** Sends a message to one user. */
export function sendTo(username: string, text: string): Command {
  return { $case: "sendTo", value: { username, text } };
}

/** A line as a person types it. */
export function typed(line: string): Command {
  return { $case: "textCommand", value: line };
}

/** Asks for help. */
export const help: Command = { $case: "help", value: {} };
