import type { RegisterRequest, RegisterResponse } from "../../gen/obrolan/v1/chat.ts";
import type { UnaryCall } from "./unaryCall.ts";

/**
 * `Register`: creates an account and its first session. Refusals: `SHUTTING_DOWN`, `USERNAME_INVALID`,
 * `PASSWORD_INVALID`, `USERNAME_TAKEN`, `OVERLOADED`.
 */
export async function register(request: RegisterRequest, { node, counters }: UnaryCall): Promise<RegisterResponse> {
  node.checkOpen();
  const { token, session } = await node.signIn.register(request);
  counters.signIns += 1;
  return { token, username: session.username, expiresAt: new Date(session.expiresAt) };
}
