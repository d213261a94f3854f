import type { Message } from "../../client/index.ts";
import { mayHoldPassword } from "../signInLine.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import type { Item } from "./item.ts";
import { closedWords, goodbyeWords, LOG_CHANGED, NO_EARLIER, nameWords, notFoundWords, waitWords } from "./words.ts";

/** A line of output. */
export interface PlainLine {
  readonly text: string;
  /** Whether the line goes to standard error, because it is from the program and not from the chat. */
  readonly isStderr: boolean;
}

/** An item as one line without control sequences, for a script or a file. Undefined: nothing to print. */
export function formatPlain(item: Item): PlainLine | undefined {
  const text = chatLine(item);
  if (text !== undefined) return { text, isStderr: false };
  const status = statusLine(item);
  return status === undefined ? undefined : { text: status, isStderr: true };
}

function chatLine(item: Item): string | undefined {
  switch (item.kind) {
    case "message":
      return messageLine(item);
    case "history":
    case "search":
      if (item.messages.length === 0) return undefined;
      return item.messages.map((message) => `#${message.id} ${messageLine(message)}`).join("\n");
    case "edited":
      return `${item.editedAt.toISOString()} * #${item.messageId} is now: ${sanitizeLine(item.text)}`;
    case "deleted": {
      const by = item.by === "" ? "the server" : item.by;
      return `${item.deletedAt.toISOString()} * #${item.messageId} was deleted by ${sanitizeLine(by)}`;
    }
    case "presence":
      return presence(item.joined, item.left);
    case "list":
      return `${item.total} online: ${sanitizeLine(
        nameWords(
          item.users.map((user) => user.username),
          item.users.length,
        ),
      )}`;
    case "help": {
      const word = item.unknownCommand === "" ? "" : `${item.unknownCommand} is not a command; `;
      return sanitizeLine(`${word}commands: ${item.commands.map((command) => command.usage).join(" | ")}`);
    }
  }
  return undefined;
}

function messageLine({ sender, recipient, text, sentAt, replyTo, editedAt }: Message): string {
  const who = recipient === "" ? sender : `${sender} -> ${recipient}`;
  const reply = replyTo === undefined ? "" : ` (to #${replyTo})`;
  const edited = editedAt === undefined ? "" : " (edited)";
  return `${sentAt.toISOString()} ${sanitizeLine(who)}${reply}: ${sanitizeLine(text)}${edited}`;
}

function presence(joined: readonly string[], left: readonly string[]): string | undefined {
  const parts = [
    ...(joined.length > 0 ? [`in: ${joined.join(", ")}`] : []),
    ...(left.length > 0 ? [`out: ${left.join(", ")}`] : []),
  ];
  return parts.length === 0 ? undefined : sanitizeLine(`* ${parts.join("; ")}`);
}

function statusLine(item: Item): string | undefined {
  switch (item.kind) {
    case "history":
      if (item.messages.length > 0) return undefined;
      return item.peer === "" ? NO_EARLIER : sanitizeLine(`no messages with ${item.peer}`);
    case "search":
      return item.messages.length === 0 ? notFoundWords(item) : undefined;
    case "signedIn":
      return sanitizeLine(`entered as ${item.username}`);
    case "rejected":
      return sanitizeLine(`refused: ${item.message} (${item.reason})`);
    case "notSent":
      return sanitizeLine(`not sent: ${item.line}: ${item.message}`);
    case "note":
      return sanitizeLine(item.text);
    case "unreadBegins":
      return "new messages:";
    case "earlierExist":
      return "there are earlier messages: type history";
    case "held":
      return sanitizeLine(`kept until the connection is back${mayHoldPassword(item.line) ? "" : `: ${item.line}`}`);
    case "leaving":
      return `${item.pending} not sent yet: leaving when they are sent; Ctrl-C leaves without them`;
    case "unanswered":
      return "a command was not answered before the room was closed";
    case "gap":
      // Without lost messages there is nothing to add: `connected` has reported a changed log.
      return item.missed ? `messages before ${item.oldestId} are gone: the server has them no longer` : undefined;
    case "connected":
      return item.logChanged ? LOG_CHANGED : undefined;
    case "goodbye":
      return item.reconnect ? goodbyeWords(item) : undefined;
    case "disconnected":
      return item.failures > 1 ? undefined : `connection lost, trying again${waitWords(item.willRetryInMs)}`;
    case "caughtUp":
      return item.again ? "back" : undefined;
    case "closed":
      return item.why.kind === "left" || item.why.kind === "aborted" ? undefined : sanitizeLine(closedWords(item.why));
    case "loggedOut":
      return sanitizeLine(`${item.username} is logged out`);
    case "error": {
      const usage = item.usage?.map((command) => command.usage).join(" | ");
      return sanitizeLine(usage === undefined ? item.message : `${item.message} Begin with: ${usage}`);
    }
  }
  return undefined;
}
