import { foldUsername, isUsername } from "../accounts/credentials.ts";
import type { Content } from "../log/ports/logStore.ts";

/** A command that sends a message. */
export interface SendCommand {
  readonly kind: "send";
  /** The name as the client wrote it; `undefined` for everyone. */
  readonly recipient: string | undefined;
  readonly text: string;
  /** The id of the message that this one replies to; 0: none. */
  readonly replyTo: number;
  /** Whether the message is accepted although the recipient is not online. */
  readonly evenIfOffline: boolean;
}

/**
 * A command that appends an entry to the log. A `reply` stands for the `send` to the users who can see the message: see
 * `CommandChecks.resolve`.
 */
export type WriteCommand =
  | SendCommand
  | { readonly kind: "reply"; readonly messageId: number; readonly text: string }
  /** `logId`: the log that `messageId` belongs to; if empty, it is not compared. */
  | { readonly kind: "edit"; readonly messageId: number; readonly text: string; readonly logId: string }
  | { readonly kind: "delete"; readonly messageId: number; readonly logId: string };

/** A name that no account can have, and that every store can look for. */
const NOBODY = "-";

/** The content of a command, to be compared with that of an earlier command with the same `requestId`. */
export function contentOf(command: WriteCommand): Content {
  switch (command.kind) {
    case "send": {
      const { text, replyTo } = command;
      return { kind: "message", recipient: recipientOf(command), text: comparable(text), replyTo };
    }
    case "reply": {
      const { text, messageId } = command;
      return { kind: "message", recipient: undefined, text: comparable(text), replyTo: messageId };
    }
    case "edit":
      return { kind: "edited", messageId: command.messageId, text: comparable(command.text) };
    case "delete":
      return { kind: "deleted", messageId: command.messageId };
  }
}

/** The username of the recipient; empty for everyone. An empty name is not the name of everyone. */
function recipientOf({ recipient }: SendCommand): string {
  if (recipient === undefined) return "";
  const username = foldUsername(recipient);
  return isUsername(username) ? username : NOBODY;
}

/** A store may not be able to look for a text with a U+0000. No entry has such a text, nor an empty one. */
function comparable(text: string): string {
  return text.includes("\0") ? "" : text;
}
