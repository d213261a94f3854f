import { ServerError, Status } from "nice-grpc-common";
import type { Goodbye } from "../chat/events.ts";
import { RETRY_SOON_MS, type Reason, Refusal, type RequestField, storeUnavailable } from "../common/refusal.ts";
import { OutcomeUnknown, StoreUnavailable } from "../common/storeErrors.ts";
import { InvalidRequest } from "./invalidRequest.ts";
import { STATUS_OF } from "./status.ts";
import { statusDetails } from "./statusDetails.ts";

/** How a call fails on the wire. */
export interface CallFailure {
  readonly code: Status;
  /** For people. */
  readonly message: string;
  /** The reason for programs; empty if the contract has no reason for the failure. */
  readonly trailers: Readonly<{ "obrolan-reason"?: string; "grpc-status-details-bin"?: Buffer }>;
}

/**
 * The failure for an error. `report` receives the causes of refusals, and errors that are not refusals, except
 * `ServerError`.
 */
export function failureOf(error: unknown, report: (error: unknown) => void): CallFailure {
  if (error instanceof Refusal) {
    if (error.cause !== undefined) report(error.cause);
    if (error instanceof InvalidRequest) return failureFor(error.reason, error.message, {}, error.code);
    return failureFor(error.reason, error.message, error);
  }
  if (error instanceof StoreUnavailable) return failureOf(storeUnavailable(error), report);
  if (error instanceof OutcomeUnknown) {
    report(error);
    const message =
      "The server's store became unavailable during this call: the call may have been carried out nevertheless.";
    return failureFor("STORE_UNAVAILABLE", message, { retryAfterMs: RETRY_SOON_MS });
  }
  if (error instanceof ServerError) return { code: error.code, message: error.details, trailers: {} };
  report(error);
  return { code: Status.INTERNAL, message: "Something went wrong in the server; its log says what.", trailers: {} };
}

/** The contract's names of the fields. */
const FIELD_NAMES: Readonly<Record<RequestField, string>> = {
  username: "username",
  password: "password",
  pageToken: "page_token",
  query: "query",
  since: "since",
  until: "until",
};

/** The failure for a goodbye; `undefined` if the call ends with OK. */
export function failureAfter({ reason, retryAfterMs }: Goodbye): CallFailure | undefined {
  if (STATUS_OF[reason] === Status.OK) return undefined;
  return failureFor(
    reason,
    GOODBYES[reason] ?? "The server ends the stream.",
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

const GOODBYES: Readonly<Partial<Record<Reason, string>>> = {
  SESSION_EXPIRED: "The session has reached its end: sign in again.",
  SHUTTING_DOWN: "The server is being stopped: come back with the last cursor.",
  JOIN_TIMEOUT: "No join came: send one after opening the stream.",
  STORE_UNAVAILABLE:
    "The server's store became unavailable during a commit: open a new stream, and send again every command that " +
    "has no reply, with its request_id.",
};

function failureFor(
  reason: Reason,
  message: string,
  more: { field?: RequestField | undefined; retryAfterMs?: number | undefined },
  code: Status = STATUS_OF[reason] ?? Status.INTERNAL,
): CallFailure {
  return {
    code,
    message,
    trailers: {
      "obrolan-reason": reason,
      "grpc-status-details-bin": statusDetails({
        code,
        message,
        reason,
        field: more.field && FIELD_NAMES[more.field],
        retryAfterMs: more.retryAfterMs,
      }),
    },
  };
}
