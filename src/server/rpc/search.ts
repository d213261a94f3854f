import type { Timestamp } from "../../gen/google/protobuf/timestamp.ts";
import type { SearchResponse } from "../../gen/obrolan/v1/chat.ts";
import { Refusal } from "../common/refusal.ts";
import { sessionOf } from "./auth.ts";
import type { SearchCall } from "./searchCall.ts";
import type { UnaryCall } from "./unaryCall.ts";
import { toWireMessage } from "./wire.ts";

/** The range of a `Timestamp`: the years 1 to 9999. */
const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;
const MAX_NANOS = 999_999_999;

/**
 * `Search`: a page of the messages that the caller may see and that have certain words. Refusals: `SHUTTING_DOWN`,
 * `SESSION_INVALID`, `QUERY_INVALID`, `PAGE_TOKEN_INVALID`, `INDEX_BUILDING`, `OVERLOADED`.
 */
export async function search(request: SearchCall, call: UnaryCall): Promise<SearchResponse> {
  const { node, authorization } = call;
  node.checkOpen();
  const session = await sessionOf(authorization, node.signIn);
  const { query, sender, peer, pageSize, pageToken } = request;
  const [since, until] = [toTime(request.since, "since"), toTime(request.until, "until")];
  const page = await node.search(session, { query, sender, peer, since, until, pageSize, pageToken });
  return { messages: page.messages.map(toWireMessage), nextPageToken: page.nextPageToken };
}

/** The first millisecond since the epoch that is not before a time. Refusal: `QUERY_INVALID`. */
function toTime(time: Timestamp | undefined, field: "since" | "until"): number | undefined {
  if (time === undefined) return undefined;
  const { seconds, nanos } = time;
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS || nanos < 0 || nanos > MAX_NANOS) {
    const message = `The time ${field} is out of range: it lies in the years 1 to 9999, and nanos from 0 to 999,999,999.`;
    throw new Refusal("QUERY_INVALID", message, { field });
  }
  // The times of messages are whole milliseconds: none lies between the time and the result.
  return Number(seconds) * 1_000 + Math.ceil(nanos / 1_000_000);
}
