import type { Session } from "../accounts/ports/sessionStore.ts";
import type { SignIn } from "../accounts/signIn.ts";
import { hasAtMostBytes } from "../common/outsideText.ts";
import { Refusal } from "../common/refusal.ts";

/** A token has 51 characters, and a client may send several spaces after `Bearer`. */
const MAX_AUTHORIZATION_BYTES = 256;

/** The session of a call with the metadata `authorization: Bearer TOKEN`. Refusal: `SESSION_INVALID`. */
export async function sessionOf(authorization: unknown, signIn: SignIn): Promise<Session> {
  const token = typeof authorization === "string" ? tokenOf(authorization) : undefined;
  if (token === undefined) {
    throw new Refusal("SESSION_INVALID", 'This call needs a token: send the metadata "authorization: Bearer TOKEN".');
  }
  return signIn.authenticate(token);
}

/**
 * The token in the header `authorization`. If the header is too long, a text that is not a token: the client then gets
 * the refusal of a wrong token.
 */
function tokenOf(authorization: string): string | undefined {
  if (!hasAtMostBytes(authorization, MAX_AUTHORIZATION_BYTES)) return "too long";
  return /^bearer +(\S+)$/i.exec(authorization.trim())?.[1];
}
