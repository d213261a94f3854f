import { Status } from "nice-grpc";
import { editDistance } from "../shared/editDistance.ts";
import { ChatError } from "./errors.ts";

/** The allowed values of an option. */
export interface Option {
  /** Completes the sentence "it must be …". */
  readonly wanted: string;
  readonly fits: (value: unknown) => boolean;
  readonly required?: true;
  /** The value may be a password: no error shows it. */
  readonly secret?: true;
}

/** The options of a call, by name. */
export type Options = Readonly<Record<string, Option>>;

/** `setTimeout` fires at once for a longer wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const text: Option = { wanted: "a string", fits: (value) => typeof value === "string" };
export const secret: Option = { ...text, required: true, secret: true };
export const toggle: Option = { wanted: "true or false", fits: (value) => typeof value === "boolean" };
export const signal: Option = { wanted: "an AbortSignal", fits: (value) => value instanceof AbortSignal };
export const timeoutMs: Option = {
  wanted: `a number of milliseconds from 1 to ${MAX_TIMEOUT_MS}`,
  fits: (value) => typeof value === "number" && value >= 1 && value <= MAX_TIMEOUT_MS,
};

/** A whole number from `min` to 2^32 - 1. */
export function whole(min: number): Option {
  const fits = (value: unknown) => Number.isInteger(value) && Number(value) >= min && Number(value) < 2 ** 32;
  return { wanted: `a whole number from ${min} on`, fits };
}

/** Throws a `ChatError` (`INVALID_ARGUMENT`) if `call` does not know one of the options, or if a value is wrong. */
export function checkOptions(call: string, given: unknown, options: Options): void {
  if (typeof given !== "object" || given === null) {
    throw invalid(`${call} wants an object of options, such as { ${Object.keys(options)[0]}: … }.`);
  }
  for (const name of Object.keys(given))
    if (!Object.hasOwn(options, name)) refuseUnknown(call, name, Object.keys(options));
  for (const [name, option] of Object.entries(options)) {
    checkValue(name, (given as Record<string, unknown>)[name], option);
  }
}

/** Throws a `ChatError` (`INVALID_ARGUMENT`) if the value is wrong or missing. */
export function checkValue(name: string, value: unknown, { wanted, fits, required, secret }: Option): void {
  if (value === undefined ? !required : fits(value)) return;
  const what = value === undefined ? "is missing" : secret ? `is ${typeName(value)}` : `is ${shown(value)}`;
  throw invalid(`${name} ${what}; it must be ${wanted}.`);
}

/** The error of a call with a wrong argument. */
export function invalid(sentence: string, cause?: unknown): ChatError {
  return new ChatError(Status.INVALID_ARGUMENT, sentence, { cause });
}

/**
 * Throws a `ChatError` for a string with a lone surrogate. UTF-8 cannot carry it: the encoder would send another text
 * instead, and a password would never match again. The error does not repeat the string, because it may be a secret.
 */
export function checkWellFormed(name: string, value: string): void {
  const at = value.search(/\p{Surrogate}/u);
  if (at < 0) return;
  const unit = value.charCodeAt(at).toString(16).toUpperCase();
  throw invalid(`${name} has half a character in it, U+${unit} at index ${at}: was it cut inside an emoji?`);
}

function refuseUnknown(call: string, name: string, known: readonly string[]): never {
  const near = known.find((option) => isNear(name.toLowerCase(), option.toLowerCase()));
  const suggestion = near === undefined ? `There are: ${known.join(", ")}.` : `Did you mean ${near}?`;
  throw invalid(`${call} has no option ${name}. ${suggestion}`);
}

/** Whether two names differ by at most two edits, or one is a prefix of the other. */
function isNear(a: string, b: string): boolean {
  const isBeginning = Math.min(a.length, b.length) > 2 && (a.startsWith(b) || b.startsWith(a));
  return isBeginning || editDistance(a, b) <= 2;
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.replace(/^.*@/s, "…@").slice(0, 64));
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean"
    ? `${value}`
    : typeName(value);
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
