import { ClientError, type Metadata, Status } from "nice-grpc";
import { type FieldViolation, readStatusDetails, type StatusDetails } from "./statusDetails.ts";

/** A failure: the server refused a call, no server was reached, or a command cannot be sent. */
export class ChatError extends Error {
  override readonly name = "ChatError";
  /** The gRPC status: `Status` of nice-grpc. */
  readonly code: Status;
  /**
   * The contract's `Reason` without its prefix, such as `BAD_CREDENTIALS`. Undefined if the error does not come from an
   * Obrolan server: none was reached, the connection was lost, or the library refused the call.
   */
  readonly reason: string | undefined;
  /** The same call may succeed after this wait, in milliseconds. Undefined: the server named none. */
  readonly retryAfterMs: number | undefined;
  /** The wrong fields of the request. */
  readonly fields: readonly FieldViolation[];

  constructor(
    code: Status,
    message: string,
    more: { reason?: string; retryAfterMs?: number; fields?: readonly FieldViolation[]; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.reason = more.reason;
    this.retryAfterMs = more.retryAfterMs;
    this.fields = more.fields ?? [];
  }
}

/** Throws a `ChatError` (`CANCELLED`) if the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ChatError(Status.CANCELLED, "The call was aborted.");
}

/** Converts any thrown value to a `ChatError`, with the details in the trailer. */
export function toChatError(error: unknown, trailer?: Metadata): ChatError {
  if (error instanceof ChatError) return error;
  if (!(error instanceof ClientError)) {
    return new ChatError(Status.UNKNOWN, error instanceof Error ? error.message : String(error), { cause: error });
  }
  const bytes = trailer?.get("grpc-status-details-bin");
  const details: StatusDetails = bytes === undefined ? { fields: [] } : readStatusDetails(bytes);
  const reason = trailer?.get("obrolan-reason") ?? details.reason;
  return new ChatError(error.code, error.details, { ...details, reason, cause: error });
}

/**
 * grpc-js's message if a server refuses a call before it reads it (HTTP/2's REFUSED_STREAM), as a draining server does.
 */
const REFUSED_STREAM = "Stream refused by server";

/** Whether a call can be repeated: a draining server did not carry it out, and another server may take it. */
export function isRepeatable({ code, reason, message }: ChatError): boolean {
  if (reason === "SHUTTING_DOWN") return true;
  return code === Status.UNAVAILABLE && reason === undefined && message === REFUSED_STREAM;
}
