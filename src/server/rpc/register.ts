import type { RegisterRequest, RegisterResponse } from "../../gen/obrolan/v1/chat.ts";
import type { SignIn } from "../accounts/signIn.ts";

/** `Register`: a new account and its first session. */
export async function register(request: RegisterRequest, signIn: SignIn): Promise<RegisterResponse> {
  const { token, session } = await signIn.register(request);
  return { token, username: session.username, expiresAt: new Date(session.expiresAt) };
}
