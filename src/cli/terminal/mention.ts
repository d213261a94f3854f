/**
 * Whether a text names a user: as a whole word, in upper or lower case, also as `@name`. `ada` is named by "ada," and
 * "ADA." but not by "ada-lovelace", which may be the name of another user.
 */
export function mentions(text: string, username: string): boolean {
  return username !== "" && mentionOf(username).test(text);
}

/** Paints a user's name where a text names the user: see `mentions`. */
export function emphasizeMentions(text: string, username: string, paint: (name: string) => string): string {
  return username === "" ? text : text.replace(mentionOf(username), paint);
}

function mentionOf(username: string): RegExp {
  const name = username.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const noNameBefore = "(?<![\\p{L}\\p{M}\\p{N}_@]|[\\p{L}\\p{N}_][.-])";
  const noNameAfter = "(?![\\p{L}\\p{M}\\p{N}_]|[.-][\\p{L}\\p{N}])";
  return new RegExp(`${noNameBefore}@?${name}${noNameAfter}`, "giu");
}
