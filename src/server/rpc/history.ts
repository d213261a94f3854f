import type { HistoryRequest, HistoryResponse } from "../../gen/obrolan/v1/chat.ts";
import { sessionOf } from "./auth.ts";
import type { UnaryCall } from "./unaryCall.ts";
import { toId, toWireMessage } from "./wire.ts";

/**
 * `History`: a page of the messages that the caller may see. Refusals: `SHUTTING_DOWN`, `SESSION_INVALID`,
 * `OVERLOADED`.
 */
export async function history(request: HistoryRequest, call: UnaryCall): Promise<HistoryResponse> {
  const { node, authorization } = call;
  node.checkOpen();
  const session = await sessionOf(authorization, node.signIn);
  const { beforeId, peer, pageSize } = request;
  const { messages, nextBeforeId } = await node.history(session, { beforeId: toId(beforeId), peer, pageSize });
  return { messages: messages.map(toWireMessage), nextBeforeId: BigInt(nextBeforeId) };
}
