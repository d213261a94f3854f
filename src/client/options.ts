import type { ChatRequest } from "../gen/obrolan/v1/chat.ts";
import { parseAddress } from "../shared/address.ts";
import type { BackoffOptions } from "./backoff.ts";
import {
  checkOptions,
  checkValue,
  invalid,
  type Option,
  type Options,
  secret,
  signal,
  text,
  toggle,
  waitMs,
  whole,
} from "./check.ts";
import type { Start } from "./resumePoint.ts";
import { mustBeWellFormed } from "./wellFormed.ts";

/** Where the server is, and how to talk to it. */
export interface ConnectOptions {
  /** `HOST:PORT`; an IPv6 address in brackets: `[::1]:50051`. */
  address: string;
  /** The certificates (PEM) to trust, which also turns TLS on. Default: those that Node trusts. */
  ca?: Uint8Array;
  /** Talk without TLS. Default: only to a loopback address (`127.0.0.0/8`, `[::1]`, `localhost`), and only without `ca`. */
  insecure?: boolean;
  /** How long a connection may be silent before it is asked for a sign of life, in milliseconds. Default 20,000. */
  keepaliveMs?: number;
  /** How long it has to give that sign, in milliseconds. Default 10,000. */
  keepaliveTimeoutMs?: number;
  /** How long `register`, `login`, `list` and `logout` may take, and one attempt to connect, in milliseconds. Default 10,000. */
  timeoutMs?: number;
}

/** How to enter the room. */
export interface RoomOptions extends Start {
  /** The session's. */
  token: string;
  /** How many events may wait to be taken. Default 1,024. When so many do, nothing more is taken from the connection. */
  maxEvents?: number;
  /** How many commands may wait for their answers. Default 256. A command past that throws a `ChatError`. */
  maxPending?: number;
  /** Give up when the server was not reached once within this time, in milliseconds. Default: never. */
  firstConnectMs?: number;
  /** The waits between attempts. */
  backoff?: BackoffOptions;
  /** Aborts the room, as `abort()` does. */
  signal?: AbortSignal;
}

const MAX_UINT64 = 2n ** 64n - 1n;

const ROOM: Options = {
  token: { ...secret, wanted: "the token of a session" },
  resumeAfter: {
    wanted: "a cursor from 0n on (a bigint)",
    fits: (value) => typeof value === "bigint" && value >= 0n && value <= MAX_UINT64,
  },
  logId: text,
  recent: whole(0),
  maxEvents: whole(1),
  maxPending: whole(1),
  firstConnectMs: waitMs,
  backoff: { wanted: "an object", fits: (value) => typeof value === "object" && value !== null },
  signal,
};

const backoffMs: Option = {
  wanted: "a number of milliseconds from 0 on",
  fits: (value) => typeof value === "number" && value >= 0,
};

const BACKOFF: Options = {
  firstMs: backoffMs,
  maxMs: backoffMs,
  random: { wanted: "a function", fits: (value) => typeof value === "function" },
};

/** Throws a `ChatError` for options that could never be sent: a room would try again for ever. */
export function checkRoomOptions(options: RoomOptions): void {
  checkOptions("enter", options, ROOM);
  checkToken(options.token);
  if (options.logId !== undefined) mustBeWellFormed("logId", options.logId);
  if (options.backoff !== undefined) checkOptions("backoff", options.backoff, BACKOFF);
}

const CONNECT: Options = {
  address: {
    wanted: "HOST:PORT, an IPv6 address in brackets, the port from 1 to 65535",
    fits: (value) => typeof value === "string" && isAddress(value),
    required: true,
  },
  ca: { wanted: "certificates in PEM, as bytes", fits: (value) => value instanceof Uint8Array },
  insecure: toggle,
  keepaliveMs: waitMs,
  keepaliveTimeoutMs: waitMs,
  timeoutMs: waitMs,
};

/** Throws a `ChatError` for options with which no server could be reached. */
export function checkConnectOptions(options: ConnectOptions): void {
  checkOptions("connect", options, CONNECT);
  if (options.insecure && options.ca !== undefined) {
    throw invalid("`insecure: true` means no TLS, but `ca` is given: choose one.");
  }
}

/** What every call of `ChatClient` may be given besides its own options. */
export function checkSettings(call: string, settings: object | undefined, own: Options = {}): void {
  if (settings !== undefined) checkOptions(call, settings, { ...own, signal });
}

/** Throws a `ChatError` for what cannot be a name and a password. */
export function checkSignIn(call: string, username: string, password: string, settings: object | undefined): void {
  checkValue("username", username, { ...text, required: true });
  checkValue("password", password, secret);
  mustBeWellFormed("username", username);
  mustBeWellFormed("password", password);
  checkSettings(call, settings);
}

/** Throws a `ChatError` for a value that is not a token and cannot be sent as a header. The error does not repeat it. */
export function checkToken(token: unknown): void {
  checkValue("token", token, { ...secret, wanted: "the token of a session" });
  if (/^[\x21-\x7e]+$/.test(token as string)) return;
  throw invalid(
    "The token is empty or has characters that no token has: give the one that register() or login() returned.",
  );
}

/** Throws a `ChatError` for a command that has no text where one belongs. Texts are not shown. */
export function checkCommand(command: ChatRequest["command"], options: object): void {
  const line = { ...text, required: true, secret: true } as const;
  checkOptions("a command", options, { requestId: text });
  if (command?.$case === "sendTo") checkValue("username", command.value.username, { ...text, required: true });
  if (command?.$case === "sendTo" || command?.$case === "sendAll") checkValue("text", command.value.text, line);
  if (command?.$case === "textCommand") checkValue("line", command.value, line);
}

/** The options of `list`. */
export const LIST: Options = {
  pageSize: { wanted: "a whole number", fits: (value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31 },
  pageToken: text,
};

function isAddress(text: string): boolean {
  return !text.includes("@") && (parseAddress(text)?.port ?? 0) >= 1;
}
