import type { Message } from "../../client/index.ts";
import type { Item } from "../terminal/item.ts";
import type { Command, Context } from "./command.ts";

/** The number of messages that `history` shows at once. */
const PAGE_MESSAGES = 20;
/** The number of messages before a message, and of those after it, that are shown with it. */
const AROUND_MESSAGES = 10;
/** The number of ids in which the messages after a message are looked for: edits and deletions have ids, too. */
const WINDOW_IDS = 50n;
const MAX_ID = 2n ** 63n;

type Page = Extract<Item, { kind: "history" }>;

/**
 * `history [NAME|#ID]`: shows the messages before those that are shown, those of the conversation with one user, or
 * those around a message.
 */
export const history: Command = {
  word: "history",
  asks: true,
  takesName: true,
  run(context, rest) {
    const what = rest.trim().toLowerCase();
    const [, id] = /^#(\d+)$/.exec(what) ?? [];
    if (id !== undefined) return messagesAround(context, BigInt(id));
    return what.includes(" ") ? undefined : showPage(context, what);
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

/**
 * The page around a message; no messages: the user can see no message with this id. `history` goes on before the page.
 */
export async function messagesAround({ client, session, shown }: Context, id: bigint): Promise<Page> {
  const none: Page = { kind: "history", peer: "", messages: [], mayHaveOlder: false };
  if (id === 0n || id > MAX_ID) return none;
  const pageSize = Number(WINDOW_IDS) + AROUND_MESSAGES;
  const after: Message[] = [];
  const upTo: Message[] = [];
  for await (const message of client.history(session.token, { beforeId: id + WINDOW_IDS + 1n, pageSize })) {
    if (message.id > id) after.unshift(message);
    else if (upTo.length === 0 && message.id !== id) return none;
    else if (upTo.unshift(message) > AROUND_MESSAGES) break;
  }
  if (upTo.length === 0) return none;
  const messages = [...upTo, ...after.slice(0, AROUND_MESSAGES)];
  shown.notePage("", messages);
  return { kind: "history", peer: "", messages, mayHaveOlder: upTo.length > AROUND_MESSAGES };
}
