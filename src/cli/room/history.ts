import type { Message } from "../../client/index.ts";
import type { Item } from "../terminal/item.ts";
import type { Command, Context } from "./command.ts";

/** The number of messages that `history` shows at once. */
const PAGE_MESSAGES = 20;

/** `history [NAME]`: shows the messages before those that are shown, or those of the conversation with one user. */
export const history: Command = {
  word: "history",
  run(context, rest) {
    const peer = rest.trim().toLowerCase();
    return peer.includes(" ") ? undefined : showPage(context, peer);
  },
  complete(rest, usernames) {
    if (rest.includes(" ")) return [];
    return [...usernames].filter((username) => username.startsWith(rest));
  },
};

async function showPage({ client, session, shown }: Context, peer: string): Promise<Item> {
  const beforeId = shown.before(peer);
  const newestFirst = client.history(session.token, {
    ...(peer === "" ? {} : { peer }),
    ...(beforeId === undefined ? {} : { beforeId }),
    pageSize: PAGE_MESSAGES,
  });
  const messages: Message[] = [];
  for await (const message of newestFirst) if (messages.unshift(message) === PAGE_MESSAGES) break;
  shown.notePage(peer, messages);
  return { kind: "history", peer, messages, mayHaveOlder: messages.length === PAGE_MESSAGES };
}
