import type { Session } from "../accounts/ports/sessionStore.ts";
import type { SignIn } from "../accounts/signIn.ts";
import { hasAtMostBytes } from "../common/outsideText.ts";

/** A token has 51 characters. `Bearer` and spaces come before it. */
const MAX_AUTHORIZATION_BYTES = 256;

/** The session of a call, whose header is `authorization: Bearer TOKEN`. Refusal: `SESSION_INVALID`. */
export async function sessionOf(authorization: unknown, signIn: SignIn): Promise<Session> {
  return signIn.authenticate(typeof authorization === "string" ? tokenOf(authorization) : undefined);
}

/** The token; `undefined` if the header has another scheme. For a header that is too long: a text that is not a token. */
function tokenOf(authorization: string): string | undefined {
  if (!hasAtMostBytes(authorization, MAX_AUTHORIZATION_BYTES)) return "too long";
  return /^bearer +(\S+)$/i.exec(authorization.trim())?.[1];
}
