import type { Session } from "../accounts/ports/sessionStore.ts";
import type { SignIn } from "../accounts/signIn.ts";
import { hasAtMostBytes } from "../common/outsideText.ts";

/** A token has 51 characters; behind `Bearer` there may be some more spaces. */
const MAX_AUTHORIZATION_BYTES = 256;

/** The session that a call bears in `authorization: Bearer TOKEN`. Refusal: `SESSION_INVALID`. */
export async function sessionOf(authorization: unknown, signIn: SignIn): Promise<Session> {
  return signIn.authenticate(typeof authorization === "string" ? tokenOf(authorization) : undefined);
}

/** The token; of what is too long to have one, some text that is no token. */
function tokenOf(authorization: string): string | undefined {
  if (!hasAtMostBytes(authorization, MAX_AUTHORIZATION_BYTES)) return "too long";
  return /^bearer +(\S+)$/i.exec(authorization.trim())?.[1];
}
