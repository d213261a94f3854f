import type { Catalogue } from "../../catalogue/index.ts";
import { type HelpEntry, SHARED_USAGES } from "../help.ts";
import { jump, newMessages } from "./lookBack.ts";
import type { OwnCommand } from "./ownCommand.ts";
import { bell, notices, presence, say } from "./settings.ts";

/** `help keys`: shows what the keys of the input do. */
const helpKeys: OwnCommand = {
  word: "help keys",
  usage: "help keys",
  async run({ keys }) {
    const commands = keys.map(({ keys, summary }) => ({ name: keys, usage: keys, summary }));
    return { kind: "help", requestId: "", unknownCommand: "", commands };
  },
};

/** `quit`: leaves the room. Typing of lines ends with it, so it shows nothing. */
export const quit: OwnCommand = {
  word: "quit",
  usage: "quit",
  run: () => undefined,
};

/** The commands that only a person types, by their words, in the order of the help. */
export const OWN_COMMANDS: ReadonlyMap<string, OwnCommand> = new Map(
  [newMessages, jump, say, presence, bell, notices, helpKeys, quit].map((command) => [command.word, command]),
);

/** The commands that the server does not list, with summaries in the person's language. */
export function listedForPerson({ summaries }: Catalogue["room"]): HelpEntry[] {
  const shared = SHARED_USAGES.map(({ name, usage }) => ({ name, usage, summary: summaries[name] }));
  const own = [...OWN_COMMANDS.values()].map(({ word, usage }) => ({ name: word, usage, summary: summaries[word] }));
  return [...shared, ...own];
}
