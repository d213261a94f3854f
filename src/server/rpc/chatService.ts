import { type CallContext, ServerError, type ServiceImplementation, Status } from "nice-grpc";
import type { servedDefinition } from "./definition.ts";
import { history } from "./history.ts";
import { list } from "./list.ts";
import { login } from "./login.ts";
import { logout } from "./logout.ts";
import { markRead } from "./markRead.ts";
import { register } from "./register.ts";
import { search } from "./search.ts";
import type { UnaryCall } from "./unaryCall.ts";

/** The addresses of clients, as a proxy states them. */
export interface RemoteAddresses {
  /** The address of the client whose connection has this peer; both are `ADDRESS:PORT`. */
  of(peer: string): string;
}

/** The unary rpcs of the contract. `Chat` is served by an interceptor in front of them (chat/call.ts). */
export function chatService(
  parts: Pick<UnaryCall, "node" | "counters">,
  addresses: RemoteAddresses,
): ServiceImplementation<typeof servedDefinition> {
  const callOf = ({ peer, metadata }: CallContext): UnaryCall => ({
    ...parts,
    remoteAddress: addresses.of(peer),
    authorization: metadata.get("authorization"),
  });
  return {
    register: (request, context) => register(request, callOf(context)),
    login: (request, context) => login(request, callOf(context)),
    list: (request, context) => list(request, callOf(context)),
    logout: (request, context) => logout(request, callOf(context)),
    history: (request, context) => history(request, callOf(context)),
    search: (request, context) => search(request, callOf(context)),
    markRead: (request, context) => markRead(request, callOf(context)),
    // biome-ignore lint/correctness/useYield: never called, because the interceptor does not pass the call on.
    async *chat() {
      throw new ServerError(Status.INTERNAL, "Chat is not served here.");
    },
  };
}
