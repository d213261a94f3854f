import { type CallContext, ServerError, type ServiceImplementation, Status } from "nice-grpc";
import type { ChatNode } from "../node/node.ts";
import { sessionOf } from "./auth.ts";
import type { servedDefinition } from "./definition.ts";
import { list } from "./list.ts";
import { login } from "./login.ts";
import { register } from "./register.ts";

/** Who calls, where `peer` is connected; both are `ADDRESS:PORT`. */
export interface Callers {
  of(peer: string): string;
}

/** The unary rpcs of the contract. `Chat` is held by an interceptor, in front of this (chat.ts). */
export function chatService(room: ChatNode, callers: Callers): ServiceImplementation<typeof servedDefinition> {
  const session = (context: CallContext) => sessionOf(context.metadata.get("authorization"), room.signIn);
  return {
    async register(request) {
      room.checkOpen();
      const response = await register(request, room.signIn);
      room.counters.signIns += 1;
      return response;
    },
    async login(request, context) {
      room.checkOpen();
      const response = await login(request, callers.of(context.peer), room.signIn);
      room.counters.signIns += 1;
      return response;
    },
    async list(request, context) {
      room.checkOpen();
      await session(context);
      return list(request, room.online);
    },
    async logout({ everywhere }, context) {
      room.checkOpen();
      await room.logout(await session(context), everywhere);
      return {};
    },
    // biome-ignore lint/correctness/useYield: it is never called: the interceptor does not pass the call on.
    async *chat() {
      throw new ServerError(Status.INTERNAL, "Chat is not served here.");
    },
  };
}
