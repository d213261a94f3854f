/** The most characters of a name. Those of an Obrolan server have at most 32. */
const MAX_NAME = 100;

/**
 * Whether a text names a user: as a whole word, in upper or lower case, also as `@name`. `ada` is named by "ada," and
 * "ADA." but not by "ada-lovelace", which may be the name of another user.
 */
export function mentions(text: string, username: string): boolean {
  return mayMention(text, username) && mentionOf(username).test(text);
}

/** Paints a user's name where a text names the user: see `mentions`. */
export function emphasizeMentions(text: string, username: string, paint: (name: string) => string): string {
  return mayMention(text, username) ? text.replace(mentionOf(username), paint) : text;
}

/** Most texts name no user, and making the pattern takes longer than this. */
function mayMention(text: string, username: string): boolean {
  return username !== "" && text.toLowerCase().includes(username.slice(0, MAX_NAME).toLowerCase());
}

function mentionOf(username: string): RegExp {
  const name = username.slice(0, MAX_NAME).replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const noNameBefore = "(?<![\\p{L}\\p{M}\\p{N}_@]|[\\p{L}\\p{N}_][.-])";
  const noNameAfter = "(?![\\p{L}\\p{M}\\p{N}_]|[.-][\\p{L}\\p{N}])";
  return new RegExp(`${noNameBefore}@?${name}${noNameAfter}`, "giu");
}
