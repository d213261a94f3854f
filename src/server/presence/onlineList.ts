import { isUsername } from "../accounts/credentials.ts";
import { hasAtMostBytes } from "../common/outsideText.ts";
import { Refusal } from "../common/refusal.ts";
import type { Online, Roster } from "./ports/roster.ts";

const DEFAULT_SIZE = 100;
const MAX_SIZE = 1_000;
/** A token is `after:` and a name of up to 32 bytes, in base64url. */
const MAX_TOKEN_BYTES = 51;

/** A page of the users who are online. */
export interface OnlinePage {
  readonly users: readonly Online[];
  /** For the next page; empty if this is the last one. */
  readonly nextPageToken: string;
  /** The number of all users online. */
  readonly total: number;
}

/** The users who are online, page by page. */
export class OnlineList {
  readonly #roster: Roster;

  constructor(roster: Roster) {
    this.#roster = roster;
  }

  /**
   * The page of a token; empty: the first page. `size`: the most users in the page; 0 or less means 100, and more than
   * 1,000 means 1,000. Refusal: `PAGE_TOKEN_INVALID`. Throws `StoreUnavailable`.
   */
  async page(size: number, pageToken: string): Promise<OnlinePage> {
    const after = pageToken === "" ? "" : nameOf(pageToken);
    const pageSize = size <= 0 ? DEFAULT_SIZE : Math.min(size, MAX_SIZE);
    // One user more than the page has shows whether there is a next page.
    const { users, total } = await this.#roster.page(after, pageSize + 1);
    const shown = users.slice(0, pageSize);
    const last = users.length > pageSize ? shown.at(-1) : undefined;
    return { users: shown, nextPageToken: last === undefined ? "" : tokenOf(last.username), total };
  }
}

function tokenOf(username: string): string {
  return Buffer.from(`after:${username}`).toString("base64url");
}

function nameOf(pageToken: string): string {
  const name = hasAtMostBytes(pageToken, MAX_TOKEN_BYTES) ? decodeName(pageToken) : undefined;
  // The token must be exactly the one that `tokenOf` makes: base64 has several encodings of the same bytes.
  if (name !== undefined && isUsername(name) && tokenOf(name) === pageToken) return name;
  const shown = JSON.stringify(pageToken.slice(0, 64));
  throw new Refusal("PAGE_TOKEN_INVALID", `${shown} is not a page token.`, { field: "pageToken" });
}

function decodeName(pageToken: string): string | undefined {
  return /^after:(.*)$/.exec(Buffer.from(pageToken, "base64url").toString())?.[1];
}
