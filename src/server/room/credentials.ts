import { Refusal } from "./reasons.ts";

const USERNAME = /^[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?$/;
const PASSWORD_MIN = 8;
const PASSWORD_MAX = 128;

/** A username as the room writes it. Only ASCII is folded: no other letter can be in one. */
export function foldUsername(username: string): string {
  return username.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Whether a folded name can be a username. */
export function isUsername(username: string): boolean {
  return USERNAME.test(username);
}

/** A password in the form in which it is counted, hashed and compared: NFC. */
export function normalizePassword(password: string): string {
  return password.normalize("NFC");
}

/** Whether a normalized password can be one. */
export function isPassword(password: string): boolean {
  // A code point takes at most two UTF-16 units, so a far too long one need not be taken apart.
  if (password.length > 2 * PASSWORD_MAX) return false;
  const points = [...password].length;
  return points >= PASSWORD_MIN && points <= PASSWORD_MAX;
}

/** The refusal of a name that cannot be one. It does not repeat it: "budi:secret" has a password in it. */
export function usernameInvalid(): Refusal {
  return new Refusal(
    "USERNAME_INVALID",
    "This cannot be a username: take 1 to 32 of a-z 0-9 . _ - that begin and end with a letter or digit.",
    { field: "username" },
  );
}

/** The refusal of a password that cannot be one. It does not repeat it. */
export function passwordInvalid(password: string): Refusal {
  const { length } = [...password];
  return new Refusal(
    "PASSWORD_INVALID",
    `The password has ${length} ${length === 1 ? "character" : "characters"}: take ${PASSWORD_MIN} to ${PASSWORD_MAX}.`,
    { field: "password" },
  );
}
