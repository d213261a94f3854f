import type { HistoryRequest, HistoryResponse, Message as WireMessage } from "../../gen/obrolan/v1/chat.ts";
import type { Message } from "../log/entry.ts";
import { sessionOf } from "./auth.ts";
import type { UnaryCall } from "./unaryCall.ts";
import { toId } from "./wire.ts";

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
  return { messages: messages.map(toWire), nextBeforeId: BigInt(nextBeforeId) };
}

function toWire({ id, sender, recipient, text, sentAt, editedAt, replyTo }: Message): WireMessage {
  return {
    id: BigInt(id),
    sender,
    recipient,
    text,
    sentAt: new Date(sentAt),
    editedAt: editedAt === 0 ? undefined : new Date(editedAt),
    replyTo: BigInt(replyTo),
  };
}
