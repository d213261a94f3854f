import type { PresenceEvent } from "../../../client/index.ts";
import type { Catalogue } from "../../catalogue/index.ts";
import { columns } from "../../text/columns.ts";
import type { Sheet } from "../../text/wrap.ts";
import type { Item } from "../item.ts";
import type { Style } from "../style.ts";
import type { Names } from "./names.ts";
import { notesIn } from "./notes.ts";

/** The collaborators of what is shown about who is online. */
export interface PresenceOptions {
  readonly style: Style;
  readonly words: Catalogue["messages"];
  readonly names: Names;
  readonly sheet: Sheet;
}

/** Who came in and who left, in one note. Empty: nothing to show. */
export function presence(
  { joined, left, reset }: Pick<PresenceEvent, "joined" | "left" | "reset">,
  { style, words, names, sheet }: PresenceOptions,
): string {
  const parts: string[] = [];
  if (joined.length > 0) parts.push(words.joined(names.listed(joined)));
  if (left.length > 0) parts.push(words.left(names.listed(left)));
  if (reset) parts.push(words.manyChanges);
  return parts.length === 0 ? "" : notesIn(style)(parts.join("; "), sheet);
}

/** The users who are online, in columns. */
export function list(
  { users, total }: Extract<Item, { kind: "list" }>,
  { style, words, names, sheet }: PresenceOptions,
): string {
  const usernames = users.map(({ username }) => username);
  const shown = usernames.map((username) => names.plain(username));
  const painted = usernames.map((username) => names.painted(username));
  const more = total > users.length ? `\n${style.quiet(`  ${words.andMore(total - users.length)}`)}` : "";
  return `${style.quiet(words.here(total))}\n${columns(shown, painted, sheet)}${more}`;
}
