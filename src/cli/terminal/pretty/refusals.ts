import type { Catalogue } from "../../catalogue/index.ts";
import { mayHoldPassword } from "../../signInLine.ts";
import { cutLine } from "../../text/cutLine.ts";
import { type Sheet, wrap } from "../../text/wrap.ts";
import type { Item } from "../item.ts";
import type { Style } from "../style.ts";
import { usageRows } from "./help.ts";
import { sentence } from "./notes.ts";

type Words = Catalogue["messages"];

/** The collaborators of what is shown about failures. */
export interface RefusalOptions {
  readonly style: Style;
  readonly words: Words;
  readonly sheet: Sheet;
}

/** A refusal or failure, as far as its sentence needs it. */
interface Refusal {
  readonly message: string;
  readonly reason?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** The sentence of a refusal: that of the catalogue for its reason, else that of the server or the client library. */
export function refusalSentence({ message, reason = "", retryAfterMs }: Refusal, words: Words): string {
  const translated = Object.hasOwn(words.reasons, reason) ? words.reasons[reason] : undefined;
  if (translated === undefined) return sentence(message);
  return retryAfterMs === undefined ? translated : `${translated} ${words.tryAgain(Math.ceil(retryAfterMs / 1_000))}`;
}

/** A command that was refused. */
export function rejected(refusal: Refusal, { style, words, sheet }: RefusalOptions): string {
  return style.wrong(wrap(`${words.notSent}: ${refusalSentence(refusal, words)}`, sheet, 0, 2));
}

/** A line of the user that was refused, with the reason below it. A line that may hold a password is not repeated. */
export function notSent(item: Extract<Item, { kind: "notSent" }>, options: RefusalOptions): string {
  const { style, words, sheet } = options;
  if (mayHoldPassword(item.line)) return rejected(item, options);
  const line = cutLine(`${words.notSent}: ${item.line}`, sheet.width, sheet.ruler);
  return style.wrong(`${line}\n  ${wrap(refusalSentence(item, words), sheet, 2, 2)}`);
}

/** A failure, with the commands that can be typed instead. */
export function failure(item: Extract<Item, { kind: "error" }>, { style, words, sheet }: RefusalOptions): string {
  const usage = item.usage === undefined ? "" : `\n${usageRows(item.usage, words, sheet)}`;
  return style.wrong(wrap(refusalSentence(item, words), sheet, 0, 0)) + usage;
}
