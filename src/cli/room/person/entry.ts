import type { Message, RoomEvent } from "../../../client/index.ts";
import type { Catalogue } from "../../catalogue/index.ts";
import type { Item } from "../../terminal/item.ts";
import type { Context } from "../command.ts";

/** The limit for the question whether there are earlier messages. The first messages wait for it. */
const EARLIER_MS = 2_000;

/**
 * Says where the messages that are shown on entry begin, and from which one on they are new to the person: after the
 * account's read marker. An account that has never read has no such place.
 */
export class Entry {
  readonly #context: Pick<Context, "client" | "session">;
  readonly #words: Catalogue["room"];
  #readUpTo: bigint | undefined;
  #hasBegun = false;
  #isOver = false;
  #hasShownUnread = false;

  constructor(context: Pick<Context, "client" | "session">, words: Catalogue["room"]) {
    this.#context = context;
    this.#words = words;
  }

  /** The items to show before an event. */
  async before(event: RoomEvent): Promise<Item[]> {
    if (event.kind === "connected") this.#readUpTo ??= event.readUpTo;
    if (event.kind === "caughtUp") this.#isOver = true;
    if (this.#isOver || event.kind !== "message" || !event.replayed) return [];
    const items: Item[] = [];
    if (!this.#hasBegun) items.push(...(await this.#begin(event.id)));
    if (!this.#hasShownUnread && this.#isUnread(event)) {
      this.#hasShownUnread = true;
      items.push({ kind: "unreadBegins" });
    }
    return items;
  }

  async #begin(firstId: bigint): Promise<Item[]> {
    this.#hasBegun = true;
    const earlier = await this.#messageBefore(firstId);
    if (earlier === undefined) return [];
    return [this.#isUnread(earlier) ? { kind: "note", text: this.#words.moreUnread } : { kind: "earlierExist" }];
  }

  #isUnread({ id, sender }: Message): boolean {
    const readUpTo = this.#readUpTo ?? 0n;
    return readUpTo > 0n && id > readUpTo && sender !== this.#context.session.username;
  }

  async #messageBefore(beforeId: bigint): Promise<Message | undefined> {
    const { client, session } = this.#context;
    try {
      const signal = AbortSignal.timeout(EARLIER_MS);
      for await (const message of client.history(session.token, { beforeId, pageSize: 1, signal })) return message;
    } catch {
      // The person did not ask, so the failure is not shown.
    }
    return undefined;
  }
}
