import { Status } from "nice-grpc";
import type { ChatError } from "./errors.ts";

/** What grpc-js says where a server refuses a call before it looks at it (HTTP/2's REFUSED_STREAM), as one that is being stopped does. */
const REFUSED = "Stream refused by server";

/** Whether a call has surely not been carried out, and another server may be there for it: a server that is being stopped takes none. */
export function isRepeatable({ code, reason, message }: ChatError): boolean {
  return reason === "SHUTTING_DOWN" || (code === Status.UNAVAILABLE && reason === undefined && message === REFUSED);
}
