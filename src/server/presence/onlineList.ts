import { isUsername } from "../accounts/credentials.ts";
import { hasAtMostBytes } from "../common/outsideText.ts";
import { Refusal } from "../common/refusal.ts";
import type { Online, Roster } from "./ports/roster.ts";

const DEFAULT_SIZE = 100;
const MAX_SIZE = 1_000;
/** A token is `after:` and a name of up to 32 bytes, in base64. */
const MAX_TOKEN_BYTES = 51;

/** A page of who is online. */
export interface OnlinePage {
  readonly users: readonly Online[];
  /** For the next page; empty when this is the last one. */
  readonly nextPageToken: string;
  /** How many are online in all. */
  readonly total: number;
}

/** Who is online, page by page. */
export class OnlineList {
  readonly #roster: Roster;

  constructor(roster: Roster) {
    this.#roster = roster;
  }

  /** A page; `size` 0 or less means 100, and is at most 1,000. Refusal: `PAGE_TOKEN_INVALID`. Throws `StoreUnavailable`. */
  async page(size: number, pageToken: string): Promise<OnlinePage> {
    const after = pageToken === "" ? "" : nameOf(pageToken);
    const wanted = size <= 0 ? DEFAULT_SIZE : Math.min(size, MAX_SIZE);
    // One more than is wanted tells whether there is a next page.
    const { users, total } = await this.#roster.page(after, wanted + 1);
    const shown = users.slice(0, wanted);
    const last = users.length > wanted ? shown.at(-1) : undefined;
    return { users: shown, nextPageToken: last === undefined ? "" : tokenOf(last.username), total };
  }
}

function tokenOf(username: string): string {
  return Buffer.from(`after:${username}`).toString("base64url");
}

function nameOf(pageToken: string): string {
  const name = hasAtMostBytes(pageToken, MAX_TOKEN_BYTES) ? decodeName(pageToken) : undefined;
  // Encoded anew, it must be the same: base64 leaves room for letters that say nothing.
  if (name !== undefined && isUsername(name) && tokenOf(name) === pageToken) return name;
  const shown = JSON.stringify(pageToken.slice(0, 64));
  throw new Refusal(
    "PAGE_TOKEN_INVALID",
    `${shown} is not a page token that List gave: take next_page_token of the page before, or none for the first page.`,
    { field: "page_token" },
  );
}

function decodeName(pageToken: string): string | undefined {
  return /^after:(.*)$/.exec(Buffer.from(pageToken, "base64url").toString())?.[1];
}
