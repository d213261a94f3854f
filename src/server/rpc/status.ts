import { Status } from "nice-grpc-common";
import type { Reason } from "../common/refusal.ts";

/** The status that a call ends with, by reason. Reasons that occur only in a `rejected` event have none. */
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
  QUERY_INVALID: Status.INVALID_ARGUMENT,
  INDEX_BUILDING: Status.UNAVAILABLE,
  TOO_MANY_CONNECTIONS: Status.RESOURCE_EXHAUSTED,
  // The only reason with several statuses: for example, the `InvalidRequest` of a request that is too large has another
  // one.
  REQUEST_INVALID: Status.INVALID_ARGUMENT,
};
