import { foldUsername, isUsername } from "../accounts/credentials.ts";
import type { AccountStore } from "../accounts/ports/accountStore.ts";
import type { Session } from "../accounts/ports/sessionStore.ts";
import type { Limits } from "../common/limits.ts";
import { Refusal } from "../common/refusal.ts";
import { type Message, maySee } from "../log/entry.ts";
import type { DeletionDraft, EditDraft, LogStore, MessageDraft } from "../log/ports/logStore.ts";
import type { Roster } from "../presence/ports/roster.ts";
import type { SendCommand, WriteCommand } from "./writeCommand.ts";

/** The fields of a draft that its command decides, and not its session. */
export type DraftContent =
  | Pick<MessageDraft, "kind" | "recipientId" | "recipient" | "text" | "replyTo">
  | Pick<EditDraft, "kind" | "messageId" | "text">
  | Pick<DeletionDraft, "kind" | "messageId">;

/**
 * Checks a command that writes, in the order of the contract: the text, the message that is edited, deleted or replied
 * to, the recipient. The store checks the message again inside the commit.
 */
export class CommandChecks {
  readonly #log: LogStore;
  readonly #accounts: AccountStore;
  readonly #roster: Roster;
  readonly #limits: Pick<Limits, "maxTextBytes">;

  constructor(parts: {
    log: LogStore;
    accounts: AccountStore;
    roster: Roster;
    limits: Pick<Limits, "maxTextBytes">;
  }) {
    this.#log = parts.log;
    this.#accounts = parts.accounts;
    this.#roster = parts.roster;
    this.#limits = parts.limits;
  }

  /**
   * The command that a `reply` stands for: to everyone if the message was to everyone, else to the other one of the
   * two. If the account cannot see the message, the `reply` itself. Throws `StoreUnavailable`.
   */
  async resolve({ accountId }: Session, command: WriteCommand): Promise<WriteCommand> {
    if (command.kind !== "reply") return command;
    const { messageId: replyTo, text } = command;
    const message = await this.#find(accountId, replyTo);
    if (message === undefined) return command;
    const isPrivate = message.recipientId !== 0;
    const other = message.senderId === accountId ? message.recipient : message.sender;
    return { kind: "send", recipient: isPrivate ? other : undefined, text, replyTo, evenIfOffline: true };
  }

  /**
   * Checks a command that `resolve` returned. `logId`: the log of its stream. Resolves with its part of the draft.
   * Throws a `Refusal`, or `StoreUnavailable`.
   */
  async check({ accountId }: Session, logId: string, command: WriteCommand): Promise<DraftContent> {
    if (command.kind !== "delete") this.#checkText(command.text);
    switch (command.kind) {
      case "send": {
        const { text, replyTo } = command;
        if (replyTo !== 0) await this.#visible(accountId, replyTo);
        const recipient = await this.#findRecipient(command);
        return { kind: "message", recipientId: recipient.accountId, recipient: recipient.username, text, replyTo };
      }
      case "reply":
        throw messageUnknown(command.messageId);
      case "edit": {
        const { messageId, text } = command;
        await this.#own(accountId, logId, command);
        return { kind: "edited", messageId, text };
      }
      case "delete":
        await this.#own(accountId, logId, command);
        return { kind: "deleted", messageId: command.messageId };
    }
  }

  #checkText(text: string): void {
    const { maxTextBytes } = this.#limits;
    if (text === "") throw new Refusal("TEXT_EMPTY", "The message has no text.");
    const bytes = Buffer.byteLength(text);
    if (bytes > maxTextBytes) {
      throw new Refusal(
        "TEXT_TOO_LONG",
        `The text has ${bytes} bytes: take at most ${maxTextBytes}, or send it in parts.`,
      );
    }
    if (text.includes("\0")) throw new Refusal("TEXT_INVALID", "The text has a U+0000: take it out.");
  }

  /** Checks that a command names a message of its own account. */
  async #own(accountId: number, logId: string, named: { messageId: number; logId: string }): Promise<void> {
    if (named.logId !== "" && named.logId !== logId) throw ofAnotherLog(named, logId);
    const message = await this.#visible(accountId, named.messageId);
    if (message.senderId !== accountId) throw notTheSender(named.messageId);
  }

  async #visible(accountId: number, messageId: number): Promise<Message> {
    const message = await this.#find(accountId, messageId);
    if (message === undefined) throw messageUnknown(messageId);
    return message;
  }

  /** The message with an id; `undefined` if the account cannot see one. Reads the store, which has what other nodes do. */
  async #find(accountId: number, messageId: number): Promise<Message | undefined> {
    if (messageId === 0) return undefined;
    const [entry] = await this.#log.read(messageId, messageId);
    return entry?.kind === "message" && maySee(accountId, entry) ? entry : undefined;
  }

  async #findRecipient({ recipient, evenIfOffline }: SendCommand): Promise<{ accountId: number; username: string }> {
    if (recipient === undefined) return { accountId: 0, username: "" };
    const username = foldUsername(recipient);
    const shown = JSON.stringify(username.slice(0, 64));
    // A store may not be able to look for a text that is not a username.
    const isName = isUsername(username);
    const online = isName && !evenIfOffline ? await this.#roster.find(username) : undefined;
    if (online !== undefined) return online;
    const account = isName ? await this.#accounts.find(username) : undefined;
    if (account === undefined) {
      throw new Refusal(
        "RECIPIENT_UNKNOWN",
        `Nobody here is called ${shown}: check the name, or look into the list of who is online.`,
      );
    }
    if (evenIfOffline) return { accountId: account.id, username };
    throw new Refusal(
      "RECIPIENT_OFFLINE",
      `${shown} is not online. Try again when they are, leave the message for them ("tell", or even_if_offline), ` +
        "or say it to everyone.",
    );
  }
}

/** The refusal of a message that the account cannot see. */
export function messageUnknown(messageId: number): Refusal {
  // The wire gives this number for every id that is as large or larger.
  const message = messageId === Number.MAX_SAFE_INTEGER ? "message with so large an id" : `message ${messageId}`;
  return new Refusal(
    "MESSAGE_UNKNOWN",
    `There is no ${message} that you can see, or it was deleted. Take the id of a message, not of an edit or a deletion.`,
  );
}

/** The refusal of a message that another account sent. */
export function notTheSender(messageId: number): Refusal {
  return new Refusal(
    "NOT_THE_SENDER",
    `Another user sent message ${messageId}: only its sender can edit or delete it. Reply to it instead.`,
  );
}

function ofAnotherLog(named: { messageId: number; logId: string }, logId: string): Refusal {
  return new Refusal(
    "MESSAGE_UNKNOWN",
    `Message ${named.messageId} belongs to the log ${JSON.stringify(named.logId.slice(0, 64))}, and this is the log ` +
      `${JSON.stringify(logId)}. Forget the messages of the other log.`,
  );
}
