import type { ChatRequest, Event } from "../../src/gen/obrolan/v1/chat.ts";

/** What a `ChatRequest` asks for. */
export type Command = NonNullable<ChatRequest["command"]>;
type Content = NonNullable<Event["event"]>;
/** The name of an event. */
export type Kind = Content["$case"];
/** The event of that name, with the `request_id` that it answers. */
export type Received<K extends Kind> = Extract<Content, { $case: K }>["value"] & { readonly requestId: string };

/** Enters the room. */
export function join(options: { resumeAfter?: bigint; logId?: string; recent?: number } = {}): Command {
  return { $case: "join", value: { logId: "", recent: 0, ...options } };
}

/** Says something to everyone. */
export function sendAll(text: string): Command {
  return { $case: "sendAll", value: { text } };
}

/** Says something to one user. */
export function sendTo(username: string, text: string): Command {
  return { $case: "sendTo", value: { username, text } };
}

/** A line as a person types it. */
export function typed(line: string): Command {
  return { $case: "textCommand", value: line };
}

/** Asks for the commands. */
export const help: Command = { $case: "help", value: {} };
