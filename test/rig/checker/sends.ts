import { type Answer, type Change, type History, type Message, type Send, timeOf } from "../history.ts";
import { firstId, type KnownLog } from "./knownLog.ts";
import { commandOf, list, nameOf, quote, sentence } from "./wording.ts";

type Accepted = Extract<Answer, { kind: "accepted" }>;

/** Compares the commands with the log. Throws if two commands cannot be told apart. */
export function checkSends(history: History, log: KnownLog): string[] {
  const posts = new Posts(history, log);
  const violations: string[] = [];
  for (const entry of log.entries) {
    // The command of a verified entry may be gone from the history.
    const isVerified = entry.id <= (history.verified?.upTo ?? 0);
    if (!isVerified && !log.shownBy.has(entry.id)) continue;
    const own = entry.kind === "message" ? posts.addMessage(entry, isVerified) : posts.addChange(entry, isVerified);
    violations.push(...own);
  }
  for (const send of history.sends) {
    violations.push(...checkSend(send, posts.idsOf(send), history, log));
    if (send.messageId > 0) violations.push(...checkRight(send, posts.idsOf(send), history, log));
  }
  return [...violations, ...checkOrder(history.sends)];
}

/** Finds for each entry that a stream showed the command that it is of. */
class Posts {
  readonly #log: KnownLog;
  readonly #byText = new Map<string, Send>();
  readonly #acceptedAs = new Map<number, Send>();
  /** By the id of the message. */
  readonly #deletions: ReadonlyMap<number, readonly Send[]>;
  readonly #ids = new Map<Send, number[]>();

  constructor({ sends }: History, log: KnownLog) {
    this.#log = log;
    for (const send of sends) {
      for (const answer of send.answers) if (answer.kind === "accepted") this.#acceptedAs.set(answer.id, send);
      if (send.kind === "deleted") continue;
      if (this.#byText.has(send.text)) {
        throw new Error(`${commandOf(send)} has the text of another: they cannot be told apart`);
      }
      this.#byText.set(send.text, send);
    }
    const deletions = sends.filter(({ kind }) => kind === "deleted");
    this.#deletions = Map.groupBy(deletions, ({ messageId }) => messageId);
  }

  /** The ids of the entries that streams showed of a command. */
  idsOf(send: Send): readonly number[] {
    return this.#ids.get(send) ?? [];
  }

  /** Finds the commands of a message, for each text with which a stream showed it. */
  addMessage(message: Message, isVerified: boolean): string[] {
    const { id, sender } = message;
    const violations: string[] = [];
    let isOriginal = false;
    for (const version of this.#log.versions.get(id) ?? []) {
      const send = this.#byText.get(version.text);
      if (send === undefined || (send.kind === "message" && send.user !== sender)) {
        if (isVerified && send === undefined) continue;
        violations.push(`Message ${id} is none that ${sender} has sent: ${quote(version.text)}.`);
      } else if (send.kind === "message") {
        isOriginal = true;
        violations.push(...this.#addOriginal(version, send));
      } else violations.push(...this.#checkEdited(version, send));
    }
    const send = this.#acceptedAs.get(id);
    if (!isOriginal && send?.kind === "message" && send.user === sender) {
      violations.push(...this.#addOriginal(message, send));
    }
    return violations;
  }

  /** Finds the command of an edit or a deletion. */
  addChange(change: Change, isVerified: boolean): string[] {
    // A later deletion of the same message, which was rejected, must not be taken for the one that was verified.
    if (isVerified && change.kind === "deleted" && !this.#acceptedAs.has(change.id)) return [];
    const send = change.kind === "edited" ? this.#byText.get(change.text) : this.#deletionOf(change);
    if (send?.kind !== change.kind || send.messageId !== change.messageId) {
      if (isVerified && send === undefined) return [];
      const text = change.kind === "edited" ? `: ${quote(change.text)}` : "";
      return [sentence(`${nameOf(change)} of message ${change.messageId} is none that anybody has asked for${text}`)];
    }
    this.#add(send, change.id);
    return [];
  }

  #addOriginal(message: Message, send: Send): string[] {
    const { id, recipient } = message;
    this.#add(send, id);
    const violations: string[] = [];
    if (send.recipient !== recipient) {
      violations.push(`Message ${id} went to ${target(message)}, but ${commandOf(send)} was for ${target(send)}.`);
    }
    if (message.text === send.text && message.editedAt !== 0) {
      violations.push(`Message ${id} has its first text, though it says that it was edited at ${message.editedAt}.`);
    }
    return violations;
  }

  #checkEdited({ id, text, editedAt }: Message, send: Send): string[] {
    const command = commandOf(send);
    if (send.messageId !== id) {
      return [`Message ${id} has the text of ${command}, which edits message ${send.messageId}.`];
    }
    const edit = this.#log.edits(id).find((one) => one.text === text);
    if (edit === undefined && send.answers.some(({ kind }) => kind === "rejected")) {
      return [`${command} was rejected, and message ${id} has its text all the same.`];
    }
    if (editedAt > 0 && (edit === undefined || edit.editedAt === editedAt)) return [];
    return [`Message ${id} says that it was edited at ${editedAt}, but edit ${edit?.id} is of ${edit?.editedAt}.`];
  }

  /** The command of a deletion: that which was accepted under its id, or else one whose outcome is not known. */
  #deletionOf({ id, messageId, by }: Change & { readonly kind: "deleted" }): Send | undefined {
    const accepted = this.#acceptedAs.get(id);
    if (accepted !== undefined) return accepted;
    const own = (this.#deletions.get(messageId) ?? []).filter(({ user }) => user === by);
    const has = (send: Send, kind: Answer["kind"]) => send.answers.some((answer) => answer.kind === kind);
    return own.find(({ answers }) => answers.length === 0) ?? own.find((send) => has(send, "rejected")) ?? own[0];
  }

  #add(send: Send, id: number): void {
    const ids = this.#ids.get(send);
    if (ids === undefined) this.#ids.set(send, [id]);
    else if (!ids.includes(id)) ids.push(id);
  }
}

function checkSend(send: Send, ids: readonly number[], history: History, log: KnownLog): string[] {
  const command = commandOf(send);
  const violations: string[] = [];
  if (ids.length > 1) violations.push(`${command} is in the log more than once: as ${list(ids)}.`);
  const accepted = send.answers.filter((answer): answer is Accepted => answer.kind === "accepted");
  const acceptedIds = [...new Set(accepted.map(({ id }) => id))];
  if (acceptedIds.length > 1) violations.push(`${command} was accepted under more than one id: ${list(acceptedIds)}.`);
  if (accepted.filter(({ duplicate }) => !duplicate).length > 1) {
    violations.push(`${command} was accepted twice, and the second time not as a duplicate.`);
  }
  const firstAccepted = send.answers.findIndex(({ kind }) => kind === "accepted");
  for (const [i, answer] of send.answers.entries()) {
    if (answer.kind === "accepted") violations.push(...checkAccepted(command, answer, ids, history, log));
    else if (firstAccepted >= 0 && i > firstAccepted) {
      violations.push(`${command} was rejected (${answer.reason}) after it had been accepted as ${acceptedIds[0]}.`);
    } else if (firstAccepted < 0 && ids.length > 0) {
      violations.push(`${command} was rejected (${answer.reason}), and is entry ${list(ids)} all the same.`);
    }
  }
  return violations;
}

function checkAccepted(
  command: string,
  { id, sentAt }: Accepted,
  ids: readonly number[],
  history: History,
  log: KnownLog,
): string[] {
  const entry = log.byId.get(id);
  if (ids.length === 0) {
    // The store may have removed the entry before anyone read it, and in a run that goes on a client may still read it.
    if (id < firstId(history) || history.isRunning || (entry !== undefined && log.isErased(entry))) return [];
    return [`${command} was accepted as ${id}, and no client ever got it.`];
  }
  if (entry === undefined || !ids.includes(id)) return [`${command} was accepted as ${id}, but is entry ${ids[0]}.`];
  if (timeOf(entry) === sentAt) return [];
  return [`${command} was accepted at ${sentAt}, but ${nameOf(entry)} says ${timeOf(entry)}.`];
}

/** Checks that an edit or a deletion was accepted if and only if it may be. */
function checkRight(send: Send, ids: readonly number[], history: History, log: KnownLog): string[] {
  const { user, messageId, answers } = send;
  const message = log.message(messageId);
  if (message === undefined) return [];
  const isCarriedOut = ids.length > 0 || answers.some(({ kind }) => kind === "accepted");
  const isOwn = message.sender === user;
  if (isCarriedOut)
    return isOwn ? [] : [`${commandOf(send)} changed message ${messageId}, which is ${message.sender}'s.`];
  const reason = answers.findLast((answer) => answer.kind === "rejected")?.reason;
  const isThere = messageId >= history.oldestId && log.deletion(messageId) === undefined;
  const isUnknown = reason === "MESSAGE_UNKNOWN" && isThere && !history.isRunning && log.shows(user, message) === true;
  return isUnknown || (reason === "NOT_THE_SENDER" && isOwn)
    ? [`${commandOf(send)} was rejected (${reason}), though it may change message ${messageId}.`]
    : [];
}

/**
 * The server carries out the commands of a client in the order in which the client sent them. Only commands count
 * whose first answer accepts them, and not as duplicates: a command that was sent again may have been rejected the
 * first time, with an answer that was lost, while the next command was accepted.
 */
function checkOrder(sends: readonly Send[]): string[] {
  const last = new Map<string, { id: number; send: Send }>();
  const violations: string[] = [];
  for (const send of sends) {
    const [answer] = send.answers;
    if (answer?.kind !== "accepted" || answer.duplicate || send.mayBeRetried) continue;
    const before = last.get(send.client);
    if (before !== undefined && before.id > answer.id) {
      const first = before.send.requestId;
      violations.push(`${commandOf(send)} was sent after ${first}, but is ${answer.id} and ${first} is ${before.id}.`);
    }
    last.set(send.client, { id: answer.id, send });
  }
  return violations;
}

function target({ recipient }: { readonly recipient: string }): string {
  return recipient === "" ? "everyone" : recipient;
}
