import type { HistoryResponse } from "../gen/obrolan/v1/chat.ts";
import { throwIfAborted } from "./errors.ts";
import type { Message } from "./events.ts";
import { toMessage } from "./translate.ts";

/** Yields the messages of all pages, newest first. The signal also ends the iteration within a page. */
export async function* readHistory(
  fetchPage: (beforeId: bigint) => Promise<HistoryResponse>,
  beforeId = 0n,
  signal?: AbortSignal,
): AsyncGenerator<Message, void> {
  let next = beforeId;
  do {
    const { messages, nextBeforeId } = await fetchPage(next);
    for (const message of messages.toReversed()) {
      throwIfAborted(signal);
      yield toMessage(message);
    }
    next = nextBeforeId;
  } while (next !== 0n);
}
