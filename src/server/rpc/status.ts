import { Status } from "nice-grpc-common";
import type { Reason } from "../common/refusal.ts";

/** The status that a call ends with, by reason. Reasons that only a `rejected` bears have none. */
export const STATUS_OF: Readonly<Partial<Record<Reason, Status>>> = {
  USERNAME_TAKEN: Status.ALREADY_EXISTS,
  USERNAME_INVALID: Status.INVALID_ARGUMENT,
  PASSWORD_INVALID: Status.INVALID_ARGUMENT,
  PAGE_TOKEN_INVALID: Status.INVALID_ARGUMENT,
  BAD_CREDENTIALS: Status.UNAUTHENTICATED,
  SESSION_INVALID: Status.UNAUTHENTICATED,
  TOO_MANY_ATTEMPTS: Status.RESOURCE_EXHAUSTED,
  OVERLOADED: Status.RESOURCE_EXHAUSTED,
  STORE_UNAVAILABLE: Status.UNAVAILABLE,
  LOGGED_OUT: Status.OK,
  SESSION_EXPIRED: Status.UNAUTHENTICATED,
  SHUTTING_DOWN: Status.UNAVAILABLE,
  JOIN_TIMEOUT: Status.DEADLINE_EXCEEDED,
  // The only reason with several statuses: `InvalidRequest` has another one if the request is too large, for example.
  REQUEST_INVALID: Status.INVALID_ARGUMENT,
};
