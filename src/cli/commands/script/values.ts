import { ConfigError } from "../../../config/index.ts";

/** A place in the log or in time, as `--since` and `--until` name it. */
export type Since =
  /** After the entry with this id. */
  { readonly kind: "id"; readonly id: bigint } | { readonly kind: "time"; readonly time: Date };

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};
/** `setTimeout` fires at once for a longer wait. */
const MAX_WAIT_MS = 2 ** 31 - 1;
/** All messages that a command prints at once are in memory. */
const MAX_LIMIT = 10_000;
const MAX_ID = 2n ** 64n - 1n;
const DURATION = /^(\d{1,9})([smhdw])$/;
/** The forms of ISO 8601 that every `Date` reads alike. */
const ISO_TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/i;

/** Reads an id, with or without the `#` that it is printed with. Throws a `ConfigError`. */
export function readId(flag: string, text: string): bigint {
  const id = idOf(text);
  if (id !== undefined && id > 0n) return id;
  throw new ConfigError([`${flag} must be the number of a message, such as 7 or #7.`]);
}

/** Reads how many messages to print. Throws a `ConfigError`. */
export function readLimit(flag: string, text: string): number {
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new ConfigError([`${flag} must be a whole number from 1 to ${MAX_LIMIT}.`]);
}

/** Reads how long to wait, in milliseconds. Throws a `ConfigError`. */
export function readWaitMs(flag: string, text: string): number {
  const ms = durationMs(text);
  if (ms !== undefined && ms > 0 && ms <= MAX_WAIT_MS) return ms;
  throw new ConfigError([`${flag} must be a duration of up to 24 days, such as 30s, 10m or 2h.`]);
}

/** Reads a time: a duration before `now`, or an ISO time, which is local without an offset. Throws a `ConfigError`. */
export function readTime(flag: string, text: string, now = new Date()): Date {
  const time = timeOf(text, now);
  if (time !== undefined) return time;
  throw new ConfigError([`${flag} must be a duration (10m, 2h, 3d) or a time (2026-12-01, 2026-12-01T09:30).`]);
}

/** Reads where to begin: an id, or a time as `readTime` does. Throws a `ConfigError`. */
export function readSince(flag: string, text: string, now = new Date()): Since {
  const id = idOf(text);
  if (id !== undefined) return { kind: "id", id };
  const time = timeOf(text, now);
  if (time !== undefined) return { kind: "time", time };
  throw new ConfigError([
    `${flag} must be the number of a message (7), a duration (10m, 2h, 3d) or a time (2026-12-01, 2026-12-01T09:30).`,
  ]);
}

function idOf(text: string): bigint | undefined {
  const digits = /^#?(\d{1,20})$/.exec(text)?.[1];
  if (digits === undefined || BigInt(digits) > MAX_ID) return undefined;
  return BigInt(digits);
}

function timeOf(text: string, now: Date): Date | undefined {
  const ms = durationMs(text);
  const [, day, clock = "00:00", offset = ""] = ISO_TIME.exec(text) ?? [];
  if (ms === undefined && day === undefined) return undefined;
  const time = ms === undefined ? new Date(`${day}T${clock}${offset.toUpperCase()}`) : new Date(now.getTime() - ms);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function durationMs(text: string): number | undefined {
  const [, count, unit = ""] = DURATION.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
}
