import type { Message, RoomEvent } from "../../client/index.ts";

/** A search, and the oldest message found that is shown. */
export interface Search {
  readonly query: string;
  oldest: Pick<Message, "id" | "sentAt"> | undefined;
}

/** The oldest messages that a terminal has shown, before which `history` and `search` go on. */
export class ShownMessages {
  /** The last search. */
  search: Search | undefined;
  /** The id of the oldest message shown, by the other user of the conversation; "": of all that the user may see. */
  readonly #oldest = new Map<string, bigint>();

  /** Notes an event of the room. Messages that arrive are newer than those of a conversation's pages. */
  note(event: RoomEvent): void {
    if (event.kind === "message" && !this.#oldest.has("")) this.#oldest.set("", event.id);
    // The ids of another log mean other messages.
    if (event.kind === "connected" && event.logChanged) this.#clear();
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

  #clear(): void {
    this.#oldest.clear();
    if (this.search !== undefined) this.search = { query: this.search.query, oldest: undefined };
  }
}
