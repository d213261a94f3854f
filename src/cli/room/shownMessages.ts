import type { Message, RoomEvent } from "../../client/index.ts";

/** A search, and the oldest message found that is shown. */
export interface Search {
  readonly query: string;
  oldest: Pick<Message, "id" | "sentAt"> | undefined;
}

/**
 * The messages before which `history` and `search` go on. The first page of the history ends at the newest message, also
 * if the terminal shows that already, because a page is where messages have their numbers.
 */
export class ShownMessages {
  /** The last search. */
  search: Search | undefined;
  /** The id of the oldest message of the last page, by the other user of the conversation; "": of all messages. */
  readonly #oldest = new Map<string, bigint>();

  /** Notes an event of the room. After a new message, the history begins again at the newest one. */
  note(event: RoomEvent): void {
    if (event.kind === "message") this.#oldest.clear();
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
