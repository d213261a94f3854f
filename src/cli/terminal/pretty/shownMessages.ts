import type { Message } from "../../../client/index.ts";
import { cutLine } from "../../text/cutLine.ts";
import type { Ruler } from "../../text/ruler.ts";

/** The most messages that are remembered. */
const MAX_MESSAGES = 1_000;
/** The most columns of a quoted text. */
export const MAX_QUOTE_COLUMNS = 60;

/** What is remembered of a message: enough to quote it above a reply, and to say which one was changed. */
export interface ShownMessage {
  readonly sender: string;
  readonly isPrivate: boolean;
  readonly sentAt: Date;
  /** The beginning of the text, safe to show. */
  readonly quote: string;
}

/** The messages that were shown last, by id. */
export class ShownMessages {
  readonly #ruler: Ruler;
  readonly #messages = new Map<bigint, ShownMessage>();

  constructor(ruler: Ruler) {
    this.#ruler = ruler;
  }

  get(id: bigint): ShownMessage | undefined {
    return this.#messages.get(id);
  }

  add({ id, sender, recipient, sentAt, text }: Message): void {
    this.#set(id, { sender, isPrivate: recipient !== "", sentAt, quote: this.#quoteOf(text) });
    const oldest = this.#messages.size > MAX_MESSAGES ? this.#messages.keys().next().value : undefined;
    if (oldest !== undefined) this.#messages.delete(oldest);
  }

  /** Notes the new text of a message. */
  edit(id: bigint, text: string): void {
    const shown = this.#messages.get(id);
    if (shown !== undefined) this.#set(id, { ...shown, quote: this.#quoteOf(text) });
  }

  delete(id: bigint): void {
    this.#messages.delete(id);
  }

  #set(id: bigint, shown: ShownMessage): void {
    // A message that is set again becomes the newest of the map.
    this.#messages.delete(id);
    this.#messages.set(id, shown);
  }

  #quoteOf(text: string): string {
    return cutLine(text, MAX_QUOTE_COLUMNS, this.#ruler);
  }
}
