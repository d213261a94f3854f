import type { LogoutRequest, LogoutResponse } from "../../gen/obrolan/v1/chat.ts";
import { sessionOf } from "./auth.ts";
import type { UnaryCall } from "./unaryCall.ts";

/** `Logout`: ends the call's session, or all sessions of its account. Refusals: `SHUTTING_DOWN`, `SESSION_INVALID`. */
export async function logout({ everywhere }: LogoutRequest, call: UnaryCall): Promise<LogoutResponse> {
  const { node, authorization } = call;
  node.checkOpen();
  await node.logout(await sessionOf(authorization, node.signIn), everywhere);
  return {};
}
