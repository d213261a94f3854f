import { ClientError, type Metadata, Status } from "nice-grpc";
import { type FieldViolation, readStatusDetails, type StatusDetails } from "./statusDetails.ts";

/** Anything that failed: a call that the server refused, a server that was not reached, a command that cannot be sent. */
export class ChatError extends Error {
  override readonly name = "ChatError";
  /** The gRPC status: `Status` of nice-grpc. */
  readonly code: Status;
  /**
   * The contract's `Reason` without its prefix, such as `BAD_CREDENTIALS`. Undefined where no Obrolan server said so: it was
   * not reached, the connection was lost, or the error was made on this side.
   */
  readonly reason: string | undefined;
  /** The same may succeed after this wait, in milliseconds. Undefined: the server named none. */
  readonly retryAfterMs: number | undefined;
  /** The fields of the request that were wrong. */
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

/** Makes a `ChatError` of whatever a call threw, with what its trailer says. */
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
