import type { Outcome } from "../../../client/index.ts";
import { nearest } from "../../../config/index.ts";
import type { Catalogue } from "../../catalogue/index.ts";
import type { Offer } from "../../editor/view.ts";
import { mayHoldPassword } from "../../signInLine.ts";
import type { Item } from "../../terminal/item.ts";
import { splitAtSpace } from "../command.ts";
import { isHelp, SHARED_USAGES, withOwnCommands } from "../help.ts";
import { sendAllLine } from "./interpret.ts";
import { note } from "./ownCommand.ts";
import { listedForPerson } from "./ownCommands.ts";

/** A longer word is no misspelt name; comparing takes quadratic time. */
const MAX_NAME = 64;

/** A line that was carried out, or that failed. */
export interface Typed {
  /** The line as the person typed it. */
  readonly typed: string;
  /** The command that it stands for. */
  readonly line: string;
  /** Whether it only asks the server. Otherwise it sends something. */
  readonly asks: boolean;
}

/** What a person is shown. */
export interface Answer {
  readonly item: Item;
  /** The line, to be put back into the input. */
  readonly offer?: Offer;
}

/** What an answer depends on besides the line and its outcome. */
export interface AnswerContext {
  readonly words: Catalogue["room"];
  readonly says: boolean;
  /** The names that the person may have meant. */
  readonly names: () => readonly string[];
}

type Help = Extract<Outcome, { kind: "help" }>;
type Failure = Extract<Item, { kind: "rejected" | "error" }>;

/** Turns the outcome of a line into what a person is shown. */
export function answerTo(typed: Typed, item: Item, context: AnswerContext): Answer {
  switch (item.kind) {
    case "rejected":
      return failed(typed, item, context);
    case "error":
      return typed.asks ? { item, ...offer(typed.typed, context.words.correctIt) } : failed(typed, item, context);
    case "help":
      return answerHelp(typed, item, context);
    case "history":
      return item.peer === "" || item.messages.length > 0 ? { item } : { item: noMessagesWith(item.peer, context) };
    default:
      return { item };
  }
}

/** What a person is shown for a line that does not fit its command; `item` says so. */
export function misfit(typed: string, item: Item, { words, says }: AnswerContext): Answer {
  const [, word = "", rest = ""] = /^\s*\/?(\S*)\s*(.*)$/s.exec(typed) ?? [];
  // `say` is the one command whose text is meant for everyone.
  if (word.toLowerCase() === "say") return { item, ...offer(typed, words.sayIt, sendAllLine(rest)) };
  return { item, ...(says ? offer(typed, words.sayIt, sendAllLine(typed)) : offer(typed, words.correctIt)) };
}

/** What a person is shown for a line that may be a command (`line`) or words for everyone. */
export function unclear(typed: string, line: string, { words }: AnswerContext): Answer {
  return { item: note(words.unclear(splitAtSpace(line)[0])), ...offer(line, words.runOrSay, sendAllLine(typed)) };
}

function failed({ typed, line }: Typed, outcome: Failure, { words, names }: AnswerContext): Answer {
  const { message, reason } = outcome;
  const item: Item = { kind: "notSent", line: typed, message, ...(reason === undefined ? {} : { reason }), outcome };
  const meant = reason === "RECIPIENT_UNKNOWN" ? nearName(splitAtSpace(splitAtSpace(line)[1])[0], names()) : undefined;
  if (meant !== undefined) return { item, ...offer(typed, `${words.didYouMean(meant)} ${words.correctIt}`) };
  return { item, ...offer(typed, words.tryAgain) };
}

function answerHelp({ typed, line }: Typed, help: Help, context: AnswerContext): Answer {
  const { words } = context;
  const isShared = ({ name }: { name: string }) => SHARED_USAGES.some((shared) => shared.name === name);
  const fromServer = { ...help, commands: help.commands.filter((command) => !isShared(command)) };
  const item = withOwnCommands(fromServer, listedForPerson(words));
  if (isHelp(line)) return { item };
  if (item.unknownCommand !== "") return { item, ...offer(typed, words.sayIt, sendAllLine(typed)) };
  const word = splitAtSpace(line)[0].toLowerCase();
  const command = item.commands.find(({ name }) => name === word);
  if (command === undefined) return { item };
  return misfit(typed, note(words.usage(command.usage, command.summary)), context);
}

function noMessagesWith(name: string, { words, names }: AnswerContext): Item {
  const near = nearName(name, names());
  const suggestion = near === undefined ? "" : `; ${words.didYouMean(near)}`;
  return note(words.noMessagesWith(name) + suggestion);
}

/** An offer of a line; none for a line that may hold a password. */
function offer(line: string, hint: string, alternative?: string): { offer?: Offer } {
  return mayHoldPassword(line) ? {} : { offer: { line, alternative, hint } };
}

/** A known name that an unknown one may be a misspelling of. */
function nearName(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_NAME || known.includes(name)) return undefined;
  return nearest(name, known);
}
