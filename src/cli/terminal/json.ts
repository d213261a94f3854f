import { Status } from "../../client/index.ts";
import { inFlags } from "../inFlags.ts";
import type { Item } from "./item.ts";

/** What `JSON.stringify` leaves as it is, but a terminal should not see, or a reader of lines would take for a line end. */
const CONTROLS = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/**
 * An item as one line of JSON, its kind under `event`. Ids are numbers up to 2^53 - 1, which is further than any log gets, and strings
 * past that; times are ISO 8601 in UTC. Empty: nothing to print.
 */
export function formatJson(item: Item): string {
  if (item.kind === "start" || item.kind === "held" || item.kind === "leaving") return "";
  const { kind, ...rest } = item;
  const text = JSON.stringify({ event: kind, ...rest }, jsonable);
  return text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function jsonable(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value.toString();
  if (!(value instanceof Error)) return value;
  const { code, reason, message } = value as Error & { code?: Status; reason?: string };
  return { code: code === undefined ? undefined : Status[code], reason, message: inFlags(message) };
}
