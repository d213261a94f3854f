/** Why a request was refused, or a call or stream ended: the contract's `Reason` without its prefix. */
export type Reason =
  | "USERNAME_TAKEN"
  | "USERNAME_INVALID"
  | "PASSWORD_INVALID"
  | "PAGE_TOKEN_INVALID"
  | "BAD_CREDENTIALS"
  | "SESSION_INVALID"
  | "TOO_MANY_ATTEMPTS"
  | "OVERLOADED"
  | "RATE_LIMITED"
  | "RECIPIENT_UNKNOWN"
  | "RECIPIENT_OFFLINE"
  | "TEXT_EMPTY"
  | "TEXT_TOO_LONG"
  | "TEXT_INVALID"
  | "REQUEST_ID_TOO_LONG"
  | "REQUEST_ID_REUSED"
  | "ALREADY_JOINED"
  | "STORE_UNAVAILABLE"
  | "LOGGED_OUT"
  | "SESSION_EXPIRED"
  | "SHUTTING_DOWN"
  | "JOIN_TIMEOUT"
  | "MESSAGE_UNKNOWN"
  | "NOT_THE_SENDER"
  | "TOO_MANY_CONNECTIONS"
  | "QUERY_INVALID"
  | "INDEX_BUILDING"
  | "REQUEST_INVALID";

/** How long a client is asked to wait if the store or the server is unavailable for a moment, in milliseconds. */
export const RETRY_SOON_MS = 1_000;

/** The field of a request that a refusal is about. `rpc/failure.ts` maps it to the contract's name. */
export type RequestField = "username" | "password" | "pageToken" | "query" | "since" | "until";

/** A request that the server refuses: a reason for programs and a sentence for people. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly reason: Reason;
  /** The same request may succeed after this time. Undefined: the client need not wait. */
  readonly retryAfterMs: number | undefined;
  /** The wrong field of the request. */
  readonly field: RequestField | undefined;

  constructor(
    reason: Reason,
    message: string,
    more: { retryAfterMs?: number; field?: RequestField; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.reason = reason;
    this.retryAfterMs = more.retryAfterMs;
    this.field = more.field;
  }
}

/** The refusal if the store is unavailable and has certainly changed nothing. */
export function storeUnavailable(cause: unknown): Refusal {
  return new Refusal(
    "STORE_UNAVAILABLE",
    "The server cannot store anything at the moment; nothing was changed. Try again in a second.",
    {
      retryAfterMs: RETRY_SOON_MS,
      cause,
    },
  );
}

/** The refusal of a server that is being stopped. */
export function shuttingDown(): Refusal {
  return new Refusal("SHUTTING_DOWN", "The server is being stopped. Try again in a second.", {
    retryAfterMs: RETRY_SOON_MS,
  });
}

/** The refusal if too many sign-ins wait. */
export function tooManySignIns(): Refusal {
  return new Refusal("OVERLOADED", "Too many people are signing in at the moment. Try again in a second.", {
    retryAfterMs: RETRY_SOON_MS,
  });
}

/** How long a client is asked to wait if its address has too many connections. Others must leave first. */
const RETRY_CONNECTION_MS = 5_000;

/** The refusal of every call on a connection over the limit of its address. */
export function tooManyConnections(): Refusal {
  const message =
    "Your address has as many connections to this server as it allows. Close another one, or try again in 5 s.";
  return new Refusal("TOO_MANY_CONNECTIONS", message, { retryAfterMs: RETRY_CONNECTION_MS });
}

/** The refusal of a token whose session never existed, has ended or has expired. */
export function sessionInvalid(): Refusal {
  return new Refusal("SESSION_INVALID", "This token is not, or no longer, valid: sign in again.");
}
