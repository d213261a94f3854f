import type { DatabaseSync } from "node:sqlite";
import type { KnownResult } from "../../log/ports/logStore.ts";
import { type Command, commandDigest } from "../shared/commandDigest.ts";
import { readMeta } from "./meta.ts";
import { KIND } from "./rows.ts";

/** The row of an entry, as the command was sent: `text` is that of the command unless it has a digest. */
interface CommandRow {
  readonly id: number;
  readonly kind: number;
  readonly recipientId: number | null;
  readonly text: string;
  readonly targetId: number;
}

/** A command whose recipient is not compared if it is `undefined`. */
export type AskedCommand = Omit<Command, "recipientId"> & Partial<Pick<Command, "recipientId">>;

/** The entries of request ids: whether a command is the one that a request id stands for. */
export class KnownCommands {
  readonly #db: DatabaseSync;
  readonly #find;
  #secret: string | undefined;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#find = db.prepare(`
      SELECT e.id, e.kind, e.recipient_id AS recipientId, e.text, e.target_id AS targetId, e.sent_at AS sentAt, d.digest
      FROM entries e LEFT JOIN digests d ON d.entry_id = e.id
      WHERE e.sender_id = ? AND e.request_id = ? AND e.request_id <> ''`);
  }

  /** The earlier command of a sender with a request id. `undefined`: there is none. */
  find(senderId: number, requestId: string, command: AskedCommand | undefined): KnownResult | undefined {
    const row = this.#find.get(senderId, requestId) as
      | (CommandRow & { sentAt: number; digest: Uint8Array | null })
      | undefined;
    if (row === undefined) return undefined;
    const recipientId = command?.recipientId ?? row.recipientId ?? 0;
    const isSame = command !== undefined && this.#isSame(row, row.digest, { ...command, recipientId });
    return isSame ? { kind: "duplicate", id: row.id, sentAt: row.sentAt } : { kind: "reused" };
  }

  /** The digest of an entry whose row is as the command was sent. */
  digestOf(row: CommandRow): Uint8Array {
    return this.#digest(commandOf(row));
  }

  #isSame(row: CommandRow, digest: Uint8Array | null, command: Command): boolean {
    if (digest !== null) return Buffer.compare(digest, this.#digest(command)) === 0;
    const { kind, recipientId, text, targetId } = commandOf(row);
    return (
      kind === command.kind &&
      recipientId === command.recipientId &&
      text === command.text &&
      targetId === command.targetId
    );
  }

  #digest(command: Command): Uint8Array {
    this.#secret ??= readMeta(this.#db, "digest_secret") as string;
    return commandDigest(this.#secret, command);
  }
}

function commandOf({ kind, recipientId, text, targetId }: CommandRow): Command {
  if (kind === KIND.message) return { kind: "message", recipientId: recipientId ?? 0, text, targetId };
  // The row of a change has the recipient of its message, which is not part of the command.
  return { kind: kind === KIND.edit ? "edited" : "deleted", recipientId: 0, text, targetId };
}
