import type { MarkReadRequest, MarkReadResponse } from "../../gen/obrolan/v1/chat.ts";
import { sessionOf } from "./auth.ts";
import type { UnaryCall } from "./unaryCall.ts";
import { toId } from "./wire.ts";

/**
 * `MarkRead`: moves the caller's read marker, or asks for it. Refusals: `SHUTTING_DOWN`, `SESSION_INVALID`,
 * `OVERLOADED`.
 */
export async function markRead({ upToId, logId }: MarkReadRequest, call: UnaryCall): Promise<MarkReadResponse> {
  const { node, authorization } = call;
  node.checkOpen();
  const session = await sessionOf(authorization, node.signIn);
  return { readUpTo: BigInt(await node.markRead(session, toId(upToId), logId)) };
}
