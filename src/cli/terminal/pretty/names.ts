import type { Catalogue } from "../../catalogue/index.ts";
import { cutLine } from "../../text/cutLine.ts";
import type { Ruler } from "../../text/ruler.ts";
import type { Style } from "../style.ts";

/** The most columns of a name. The names of an Obrolan server have at most 32. */
const MAX_COLUMNS = 40;
/** The most names that a note lists. */
const MAX_LISTED = 6;

/** How the names of users are shown to one user. */
export class Names {
  /** The user's own name; empty before the sign-in. */
  own = "";
  readonly #style: Style;
  readonly #words: Catalogue;
  readonly #ruler: Ruler;

  constructor(style: Style, words: Catalogue, ruler: Ruler) {
    this.#style = style;
    this.#words = words;
    this.#ruler = ruler;
  }

  /** The user's own name is shown as `you`. The name of a user who is called "you" gets quotation marks. */
  plain(username: string): string {
    const { you } = this.#words.common;
    if (username === this.own && username !== "") return you;
    const shown = this.spelled(username);
    const isReserved = [you, this.#words.messages.theServer].some((word) => word.toLowerCase() === shown.toLowerCase());
    return isReserved ? `"${shown}"` : shown;
  }

  /** A name as it is spelled, also the user's own. */
  spelled(username: string): string {
    return cutLine(username, MAX_COLUMNS, this.#ruler);
  }

  /** The same as `plain`, in the colour of the name. */
  painted(username: string): string {
    const shown = this.plain(username);
    return username === this.own ? this.#style.strong(shown) : this.#style.name(username, shown);
  }

  /** Names with commas; the names after the first few are only counted. */
  listed(usernames: readonly string[]): string {
    return listNames(
      usernames.map((username) => this.plain(username)),
      this.#words.messages,
    );
  }
}

/** Names with commas; the names after the first `max` are only counted. */
export function listNames(
  names: readonly string[],
  { namesAndMore }: Pick<Catalogue["messages"], "namesAndMore">,
  max = MAX_LISTED,
): string {
  const shown = names.slice(0, max).join(", ");
  return names.length <= max ? shown : namesAndMore(shown, names.length - max);
}
