import type { Session } from "../room/ports/sessions.ts";
import type { SignIn } from "../room/signIn.ts";

/** The session that a call bears in `authorization: Bearer TOKEN`. Refusal: `SESSION_INVALID`. */
export async function sessionOf(authorization: unknown, signIn: SignIn): Promise<Session> {
  const token = typeof authorization === "string" ? /^bearer +(\S+)$/i.exec(authorization.trim())?.[1] : undefined;
  return signIn.authenticate(token);
}
