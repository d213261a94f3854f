import type { Message, RoomEvent } from "../../client/index.ts";
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

/** The oldest messages that a terminal has shown, before which `history` goes on. */
export class ShownMessages {
  /** The id of the oldest message shown, by the other user of the conversation; "": of all that the user may see. */
  readonly #oldest = new Map<string, bigint>();

  /** Notes an event of the room. Messages that arrive are newer than those of a conversation's pages. */
  note(event: RoomEvent): void {
    if (event.kind === "message" && !this.#oldest.has("")) this.#oldest.set("", event.id);
    // The ids of another log mean other messages.
    if (event.kind === "connected" && event.logChanged) this.#oldest.clear();
  }

  /** The id before which the next page of a conversation ends; undefined: the page ends at the newest message. */
  before(peer: string): bigint | undefined {
    return this.#oldest.get(peer);
  }

  /** Notes a page that is shown. */
  notePage(peer: string, messages: readonly Pick<Message, "id">[]): void {
    const [first] = messages;
    if (first !== undefined) this.#oldest.set(peer, first.id);
  }
}

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
