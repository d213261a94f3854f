import { hasAtMostBytes } from "../common/outsideText.ts";
import { Refusal } from "../common/refusal.ts";

const USERNAME_MAX = 32;
const USERNAME = /^[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?$/;
const PASSWORD_MIN = 8;
const PASSWORD_MAX = 128;
/**
 * The most bytes of a valid password before it is normalized: NFC joins up to four code points into one (Greek letters
 * with three marks), and each has up to four bytes.
 */
const PASSWORD_MAX_BYTES = PASSWORD_MAX * 4 * 4;

/**
 * A username in lower case. Only ASCII is folded, because usernames have no other letters. A text that is too long is
 * not changed.
 */
export function foldUsername(username: string): string {
  if (!hasAtMostBytes(username, USERNAME_MAX)) return username;
  return username.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Whether a folded name is a valid username. */
export function isUsername(username: string): boolean {
  return hasAtMostBytes(username, USERNAME_MAX) && USERNAME.test(username);
}

/** A password in NFC, the form that is measured and hashed. A text that is too long is not changed. */
export function normalizePassword(password: string): string {
  return hasAtMostBytes(password, PASSWORD_MAX_BYTES) ? password.normalize("NFC") : password;
}

/** Whether a normalized password is valid. */
export function isPassword(password: string): boolean {
  // A code point takes at most two UTF-16 units, so a text with too many units need not be split.
  if (password.length > 2 * PASSWORD_MAX) return false;
  const points = [...password].length;
  return points >= PASSWORD_MIN && points <= PASSWORD_MAX;
}

/** The refusal of an invalid username. It does not repeat the name, which may contain a password: "budi:secret". */
export function usernameInvalid(): Refusal {
  return new Refusal(
    "USERNAME_INVALID",
    "This cannot be a username: take 1 to 32 of a-z 0-9 . _ - that begin and end with a letter or digit.",
    { field: "username" },
  );
}

/** The refusal of an invalid password. It does not repeat the password. */
export function passwordInvalid(password: string): Refusal {
  const count = password.length > 2 * PASSWORD_MAX ? `more than ${PASSWORD_MAX}` : [...password].length;
  return new Refusal(
    "PASSWORD_INVALID",
    `The password has ${count} ${count === 1 ? "character" : "characters"}: take ${PASSWORD_MIN} to ${PASSWORD_MAX}.`,
    { field: "password" },
  );
}
