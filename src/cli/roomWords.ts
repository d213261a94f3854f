const WORDS = [
  "sendall",
  "sendto",
  "list",
  "logout",
  "help",
  "tell",
  "reply",
  "edit",
  "delete",
  "history",
  "search",
] as const;

/** A word that a command of the room begins with. */
export type RoomWord = (typeof WORDS)[number];

/**
 * The words that the commands of the room begin with. A terminal needs these words and not the commands, which
 * `room/commands.ts` has: a line that begins with one of them is not a sign-in.
 */
export const ROOM_WORDS: ReadonlySet<string> = new Set(WORDS);
