import type { LoginRequest, LoginResponse } from "../../gen/obrolan/v1/chat.ts";
import type { SignIn } from "../accounts/signIn.ts";
import { callerOf } from "./rateLimitKey.ts";

/** `Login`: a new session of an account. `peer`: where the call comes from. */
export async function login(request: LoginRequest, peer: string, signIn: SignIn): Promise<LoginResponse> {
  const { token, session } = await signIn.login(request, callerOf(peer));
  return { token, username: session.username, expiresAt: new Date(session.expiresAt) };
}
