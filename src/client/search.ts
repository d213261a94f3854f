import type { SearchResponse } from "../gen/obrolan/v1/chat.ts";
import { throwIfAborted } from "./errors.ts";
import type { Message } from "./events.ts";
import { toMessage } from "./translate.ts";

/** Yields the messages of all pages, newest first. The signal also ends the iteration within a page. */
export async function* readSearch(
  fetchPage: (pageToken: string) => Promise<SearchResponse>,
  signal?: AbortSignal,
): AsyncGenerator<Message, void> {
  let next = "";
  do {
    const { messages, nextPageToken } = await fetchPage(next);
    for (const message of messages) {
      throwIfAborted(signal);
      yield toMessage(message);
    }
    next = nextPageToken;
  } while (next !== "");
}
