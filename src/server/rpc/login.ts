import type { LoginRequest, LoginResponse } from "../../gen/obrolan/v1/chat.ts";
import { rateLimitKey } from "./rateLimitKey.ts";
import type { UnaryCall } from "./unaryCall.ts";

/**
 * `Login`: starts a session of an account. Failed attempts are throttled by name and remote address. Refusals:
 * `SHUTTING_DOWN`, `BAD_CREDENTIALS`, `TOO_MANY_ATTEMPTS`, `OVERLOADED`.
 */
export async function login(request: LoginRequest, call: UnaryCall): Promise<LoginResponse> {
  const { node, counters, remoteAddress } = call;
  node.checkOpen();
  const { token, session } = await node.signIn.login(request, rateLimitKey(remoteAddress));
  counters.signIns += 1;
  return { token, username: session.username, expiresAt: new Date(session.expiresAt) };
}
