import type { Catalogue } from "../../catalogue/index.ts";
import type { Sheet } from "../../text/wrap.ts";
import { emphasize } from "../emphasis.ts";
import type { Item } from "../item.ts";
import type { Style } from "../style.ts";
import type { Messages } from "./messages.ts";
import { notesIn } from "./notes.ts";

type Words = Catalogue["messages"];
type Page<Kind extends Item["kind"]> = Extract<Item, { kind: Kind }>;

/** The collaborators of a page. */
export interface PageOptions {
  readonly style: Style;
  readonly words: Words;
  readonly messages: Messages;
  readonly sheet: Sheet;
}

/** A page of the history, and what follows before it. */
export function historyPage(item: Page<"history">, { style, words, messages, sheet }: PageOptions): string {
  const note = notesIn(style);
  if (item.messages.length === 0) return note(words.noEarlier, sheet);
  const end = note(item.mayHaveOlder ? words.moreHistory : words.historyBegins, sheet);
  return `${messages.page(item.messages, sheet, { around: item.around })}\n${end}`;
}

/** A page of a search, with the words of the search emphasized. */
export function searchPage(item: Page<"search">, { style, words, messages, sheet }: PageOptions): string {
  const note = notesIn(style);
  if (item.messages.length === 0) return note(item.continued ? words.noMoreFound : words.noneFound, sheet);
  const paint = (text: string) => emphasize(text, item.query, style.strong);
  const end = note(item.mayHaveOlder ? words.moreFound : words.allFound, sheet);
  return `${messages.page(item.messages, sheet, { paint })}\n${end}`;
}
