import type { Message, SearchRequest } from "../../src/gen/obrolan/v1/chat.ts";
import { CallFailed, type Connection } from "./wire.ts";

/** The texts of messages. */
export function textsOf(messages: readonly Message[]): string[] {
  return messages.map(({ text }) => text);
}

/** The first page of a search; `undefined` while the index is being built. */
export async function searchUnlessBuilding(
  wire: Connection,
  token: string,
  request: Partial<SearchRequest>,
): Promise<Message[] | undefined> {
  try {
    return (await wire.search(token, request)).messages;
  } catch (error) {
    if (error instanceof CallFailed && error.ending.reason === "INDEX_BUILDING") return undefined;
    throw error;
  }
}

/** All pages of a search. */
export async function searchAll(
  wire: Connection,
  token: string,
  request: Partial<SearchRequest>,
  betweenPages: () => Promise<unknown> = async () => {},
): Promise<Message[]> {
  const found: Message[] = [];
  let pageToken = "";
  do {
    const page = await wire.search(token, { ...request, pageToken });
    found.push(...page.messages);
    pageToken = page.nextPageToken;
    await betweenPages();
  } while (pageToken !== "");
  return found;
}
