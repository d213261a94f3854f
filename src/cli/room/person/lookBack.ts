import type { Message } from "../../../client/index.ts";
import type { Item } from "../../terminal/item.ts";
import { messagesAround } from "../history.ts";
import { note, type OwnCommand, type PersonContext } from "./ownCommand.ts";

/** The most messages that `new` shows at once. */
const MAX_NEW = 100;

/** `new`: shows the messages after the account's read marker, as it was when the person came in. */
export const newMessages: OwnCommand = {
  word: "new",
  usage: "new",
  run(context, rest) {
    return rest.trim() === "" ? showNew(context) : undefined;
  },
};

/** `jump ID`: shows the messages around a message. The id may have the `#` that it is shown with. */
export const jump: OwnCommand = {
  word: "jump",
  usage: "jump ID",
  run(context, rest) {
    const [, digits] = /^#?(\d+)$/.exec(rest.trim()) ?? [];
    return digits === undefined ? undefined : showAround(context, BigInt(digits));
  },
};

async function showNew({ client, session, shown, words, readUpToAtEntry }: PersonContext): Promise<Item> {
  const readUpTo = readUpToAtEntry();
  if (readUpTo === undefined) return note(words.nothingNew);
  const messages: Message[] = [];
  let mayHaveOlder = false;
  for await (const message of client.history(session.token, { pageSize: MAX_NEW })) {
    mayHaveOlder = message.id <= readUpTo || messages.length === MAX_NEW;
    if (mayHaveOlder) break;
    messages.unshift(message);
  }
  if (messages.every(({ sender }) => sender === session.username)) return note(words.nothingNew);
  // `history` goes on before the page.
  shown.notePage("", messages);
  return { kind: "history", peer: "", messages, mayHaveOlder };
}

async function showAround(context: PersonContext, id: bigint): Promise<Item> {
  const page = await messagesAround(context, id);
  return page.messages.length > 0 ? { ...page, around: id } : note(context.words.noSuchMessage(id.toString()));
}
