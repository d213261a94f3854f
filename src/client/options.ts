import type { ChatRequest } from "../gen/obrolan/v1/chat.ts";
import { parseAddress } from "../shared/address.ts";
import type { BackoffOptions } from "./backoff.ts";
import {
  checkOptions,
  checkValue,
  checkWellFormed,
  invalid,
  type Option,
  type Options,
  secret,
  signal,
  text,
  timeoutMs,
  toggle,
  whole,
} from "./check.ts";
import type { Start } from "./resumePoint.ts";

/** The address of a server, and how to connect to it. */
export interface ConnectOptions {
  /** `HOST:PORT`; an IPv6 address in brackets: `[::1]:50051`. */
  address: string;
  /** The certificates (PEM) to trust. Turns TLS on. Default: the certificates that Node.js trusts. */
  ca?: Uint8Array;
  /** Connect without TLS. Default: true for a loopback address (`127.0.0.0/8`, `[::1]`, `localhost`) without `ca`. */
  insecure?: boolean;
  /** Ping the server when the connection was idle for this long, in milliseconds. Default 20,000. */
  keepaliveMs?: number;
  /** How long the server may take to answer a ping, in milliseconds. Default 10,000. */
  keepaliveTimeoutMs?: number;
  /** The limit for each call, and for one attempt to connect, in milliseconds. Default 10,000. */
  timeoutMs?: number;
}

/** How to enter the room, and how to stay in it. */
export interface RoomOptions extends Start {
  /** The token of a session. */
  token: string;
  /**
   * How many events may wait to be taken. Default 1,024. While the buffer is full, nothing is read from the connection.
   */
  maxEvents?: number;
  /** How many commands may wait for their answers. Default 256. One more throws a `ChatError`. */
  maxPending?: number;
  /** Close the room if no server was reached within this time, in milliseconds. Default: never. */
  firstConnectMs?: number;
  /** The waits between attempts to connect. */
  backoff?: BackoffOptions;
  /** Aborts the room, as `abort()` does. */
  signal?: AbortSignal;
}

/** The settings of every call. */
export interface CallSettings {
  /** Aborts the call. */
  signal?: AbortSignal;
}

/** Which messages `history` yields. */
export interface HistoryOptions extends CallSettings {
  /** Only the private messages with this user; the own name: notes to oneself. Default: everything that is visible. */
  peer?: string;
  /** Begin with the newest message before this id. Default: with the newest message. */
  beforeId?: bigint;
  /** How many messages a call to the server fetches. Default 50, at most 500. */
  pageSize?: number;
}

/** Which messages `search` yields. */
export interface SearchOptions extends CallSettings {
  /** Only messages that this user sent. Default: of all users. */
  sender?: string;
  /** Only the private messages with this user; the own name: notes to oneself. Default: everything that is visible. */
  peer?: string;
  /** Only messages that were sent at this time or later. Default: from the beginning. */
  since?: Date;
  /** Only messages that were sent before this time. Default: up to now. */
  until?: Date;
  /** How many messages a call to the server fetches. Default 20, at most 100. */
  pageSize?: number;
}

/** Which log an id belongs to. */
export interface MarkReadOptions extends CallSettings {
  /** The log that `upToId` belongs to: if the server's log is another, the marker stays. Default "": not compared. */
  logId?: string;
}

/** The size of a `RoomView`. */
export interface RoomViewOptions {
  /** How many messages the view holds; beyond that the oldest are removed. Default 1,000. */
  maxMessages?: number;
}

const MAX_UINT64 = 2n ** 64n - 1n;

/** An id from `min` to 2^64 - 1. `what` completes the sentence "it must be …". */
function id(what: string, min: bigint): Option {
  return {
    wanted: `${what} from ${min}n on (a bigint)`,
    fits: (value) => typeof value === "bigint" && value >= min && value <= MAX_UINT64,
  };
}

const messageId = id("the id of a message,", 1n);

const ROOM: Options = {
  token: { ...secret, wanted: "the token of a session" },
  resumeAfter: id("a cursor", 0n),
  logId: text,
  recent: whole(0),
  maxEvents: whole(1),
  maxPending: whole(1),
  firstConnectMs: timeoutMs,
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

/** Throws a `ChatError` for invalid options. Every server would refuse them, and the room would retry forever. */
export function checkRoomOptions(options: RoomOptions): void {
  checkOptions("enter", options, ROOM);
  checkToken(options.token);
  if (options.logId !== undefined) checkWellFormed("logId", options.logId);
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
  keepaliveMs: timeoutMs,
  keepaliveTimeoutMs: timeoutMs,
  timeoutMs,
};

/** Throws a `ChatError` for options with which no server can be reached. */
export function checkConnectOptions(options: ConnectOptions): void {
  checkOptions("connect", options, CONNECT);
  if (options.insecure && options.ca !== undefined) {
    throw invalid("`insecure: true` means no TLS, but `ca` is given: choose one.");
  }
}

/** Checks the settings of a call of `ChatClient`; `own`: the options that only this call has. */
export function checkSettings(call: string, settings: object | undefined, own: Options = {}): void {
  if (settings !== undefined) checkOptions(call, settings, { ...own, signal });
}

/** Throws a `ChatError` for a name or a password that cannot be sent. */
export function checkSignIn(call: string, username: string, password: string, settings: object | undefined): void {
  checkValue("username", username, { ...text, required: true });
  checkValue("password", password, secret);
  checkWellFormed("username", username);
  checkWellFormed("password", password);
  checkSettings(call, settings);
}

/** Throws a `ChatError` for a token that cannot be sent as a header. The error does not repeat it. */
export function checkToken(token: unknown): void {
  checkValue("token", token, { ...secret, wanted: "the token of a session" });
  if (/^[\x21-\x7e]+$/.test(token as string)) return;
  throw invalid(
    "The token is empty or has characters that no token has: give the one that register() or login() returned.",
  );
}

/** Throws a `ChatError` for a command with a missing or wrong argument or option. The error does not repeat a text. */
export function checkCommand(command: ChatRequest["command"], options: object): void {
  checkOptions("a command", options, optionsOf(command));
  for (const [name, value, option] of argumentsOf(command)) checkValue(name, value, { ...option, required: true });
}

function optionsOf(command: ChatRequest["command"]): Options {
  switch (command?.$case) {
    case "sendAll":
      return { requestId: text, replyTo: messageId };
    case "sendTo":
      return { requestId: text, replyTo: messageId, evenIfOffline: toggle };
    case "edit":
    case "delete":
      return { requestId: text, logId: text };
  }
  return { requestId: text };
}

/** The arguments of a command: the name, the value and the allowed values. */
function argumentsOf(command: ChatRequest["command"]): [string, unknown, Option][] {
  const line: Option = { ...text, secret: true };
  switch (command?.$case) {
    case "sendAll":
      return [["text", command.value.text, line]];
    case "sendTo":
      return [
        ["username", command.value.username, text],
        ["text", command.value.text, line],
      ];
    case "edit":
      return [
        ["id", command.value.id, messageId],
        ["text", command.value.text, line],
      ];
    case "delete":
      return [["id", command.value.id, messageId]];
    case "textCommand":
      return [["line", command.value, line]];
  }
  return [];
}

const pageSize: Option = {
  wanted: "a whole number",
  fits: (value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31,
};

/** The options of `list`. */
export const LIST: Options = { pageSize, pageToken: text };

/** Throws a `ChatError` for wrong arguments of `history`. */
export function checkHistory(token: unknown, options: HistoryOptions): void {
  checkToken(token);
  checkSettings("history", options, { peer: text, beforeId: messageId, pageSize });
  if (options.peer !== undefined) checkWellFormed("peer", options.peer);
}

const time: Option = {
  wanted: "a valid Date",
  fits: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
};

/** Throws a `ChatError` for wrong arguments of `search`. The error does not repeat the query. */
export function checkSearch(token: unknown, query: unknown, options: SearchOptions): void {
  checkToken(token);
  checkValue("query", query, { ...text, required: true, secret: true });
  checkWellFormed("query", query as string);
  checkSettings("search", options, { sender: text, peer: text, since: time, until: time, pageSize });
  for (const name of ["sender", "peer"] as const) checkWellFormed(name, options[name] ?? "");
}

/** Throws a `ChatError` for wrong arguments of `markRead`. */
export function checkMarkRead(token: unknown, upToId: unknown, options: MarkReadOptions): void {
  checkToken(token);
  checkValue("upToId", upToId, { ...id("the id of the last message read,", 0n), required: true });
  checkSettings("markRead", options, { logId: text });
  if (options.logId !== undefined) checkWellFormed("logId", options.logId);
}

/** Throws a `ChatError` for wrong options of a `RoomView`. */
export function checkRoomView(options: RoomViewOptions): void {
  checkOptions("RoomView", options, { maxMessages: whole(1) });
}

function isAddress(text: string): boolean {
  return !text.includes("@") && (parseAddress(text)?.port ?? 0) >= 1;
}
