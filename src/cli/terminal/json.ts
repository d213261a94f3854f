import { Status } from "../../client/index.ts";
import { optionsToFlags } from "../optionsToFlags.ts";
import type { Item } from "./item.ts";

/** Characters that `JSON.stringify` does not escape, but that control a terminal or end a line for some readers. */
const CONTROLS = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Whether an item is printed, by its kind. False: only a person at a terminal sees it. docs/events.schema.json describes
 * each kind that is printed.
 */
export const IS_PRINTED: Readonly<Record<Item["kind"], boolean>> = {
  message: true,
  edited: true,
  deleted: true,
  read: true,
  caughtUp: true,
  presence: true,
  gap: true,
  goodbye: true,
  connected: true,
  disconnected: true,
  closed: true,
  accepted: true,
  rejected: true,
  help: true,
  unanswered: true,
  signedIn: true,
  loggedOut: true,
  list: true,
  history: true,
  search: true,
  error: true,
  start: false,
  held: false,
  leaving: false,
  notSent: false,
  unreadBegins: false,
  earlierExist: false,
  note: false,
};

/**
 * An item as one line of JSON, with its kind as `event`; empty: nothing to print. An id is a number up to 2^53 - 1; a
 * greater id is a string. Times are ISO 8601 in UTC.
 */
export function formatJson(item: Item): string {
  if (item.kind === "notSent" && item.outcome !== undefined) return formatJson(item.outcome);
  if (!IS_PRINTED[item.kind]) return "";
  const { kind, ...rest } = item;
  const text = JSON.stringify({ event: kind, ...rest }, toJsonValue);
  return text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function toJsonValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value.toString();
  if (!(value instanceof Error)) return value;
  const { code, reason, message } = value as Error & { code?: Status; reason?: string };
  return { code: code === undefined ? undefined : Status[code], reason, message: optionsToFlags(message) };
}
