import type { ChatError, Message } from "../../client/index.ts";
import type { Item } from "../terminal/item.ts";
import type { Command, Context } from "./command.ts";
import type { Search } from "./shownMessages.ts";

/** The number of messages that `search` shows at once. */
const PAGE_MESSAGES = 20;

/** `search WORDS`: shows the newest messages that have all the words. `search` alone shows those before them. */
export const search: Command = {
  word: "search",
  asks: true,
  run(context, rest) {
    const query = rest.trim();
    if (query !== "") context.shown.search = { query, oldest: undefined };
    const { search } = context.shown;
    return search === undefined
      ? undefined
      : showPage(context, search).catch((error) => forget(context, search, error));
  },
};

/**
 * Shows the next page of a search. Each page is a search of its own, up to the time of the oldest message shown, so that
 * the search can go on after a page that failed.
 */
async function showPage({ client, session }: Context, search: Search): Promise<Item> {
  const { query, oldest } = search;
  const newestFirst = client.search(session.token, query, {
    // Other messages may have been sent in the same millisecond.
    ...(oldest === undefined ? {} : { until: new Date(oldest.sentAt.getTime() + 1) }),
    pageSize: PAGE_MESSAGES,
  });
  const messages: Message[] = [];
  for await (const message of newestFirst) {
    if (oldest !== undefined && message.id >= oldest.id) continue;
    if (messages.unshift(message) === PAGE_MESSAGES) break;
  }
  search.oldest = messages[0] ?? oldest;
  return {
    kind: "search",
    query,
    messages,
    mayHaveOlder: messages.length === PAGE_MESSAGES,
    continued: oldest !== undefined,
  };
}

/** A query that the server refuses for good is not searched for again. */
function forget({ shown }: Context, search: Search, error: unknown): never {
  // The class is not imported: what a screen needs must not load the client library.
  const isRefused = (error as Partial<ChatError> | undefined)?.reason === "QUERY_INVALID";
  if (isRefused && shown.search === search) shown.search = undefined;
  throw error;
}
