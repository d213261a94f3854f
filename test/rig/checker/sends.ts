import type { Answer, History, Message, Send } from "../history.ts";
import { firstId, type KnownLog } from "./knownLog.ts";
import { commandOf, list } from "./wording.ts";

type Accepted = Extract<Answer, { kind: "accepted" }>;

/** Compares the commands with the log. Throws if two commands cannot be told apart. */
export function checkSends(history: History, log: KnownLog): string[] {
  const byText = new Map<string, Send>();
  for (const send of history.sends) {
    const key = keyOf(send.user, send.text);
    if (byText.has(key)) throw new Error(`${commandOf(send)} has the text of another: they cannot be told apart`);
    byText.set(key, send);
  }
  const posts = new Map<Send, Message[]>();
  const violations: string[] = [];
  const verifiedId = history.verified?.upTo ?? 0;
  for (const message of log.messages) {
    const isVerified = message.id <= verifiedId;
    if (!isVerified && !log.shownBy.has(message.id)) continue;
    const send = byText.get(keyOf(message.sender, message.text));
    if (send === undefined) {
      // The command of a verified message is no longer in the history.
      if (isVerified) continue;
      violations.push(`Message ${message.id} is nothing that ${message.sender} sent: "${message.text.slice(0, 40)}".`);
      continue;
    }
    if (send.recipient !== message.recipient) {
      violations.push(
        `Message ${message.id} went to ${target(message)}, but ${commandOf(send)} was for ${target(send)}.`,
      );
    }
    posts.set(send, [...(posts.get(send) ?? []), message]);
  }
  for (const send of history.sends) violations.push(...checkSend(send, posts.get(send) ?? [], history));
  return [...violations, ...checkOrder(history.sends)];
}

function checkSend(send: Send, posts: readonly Message[], history: History): string[] {
  const command = commandOf(send);
  const violations: string[] = [];
  const ids = posts.map(({ id }) => id);
  if (ids.length > 1) violations.push(`${command} was posted more than once: as ${list(ids)}.`);
  const accepted = send.answers.filter((answer): answer is Accepted => answer.kind === "accepted");
  const acceptedIds = [...new Set(accepted.map(({ id }) => id))];
  if (acceptedIds.length > 1) violations.push(`${command} was accepted under more than one id: ${list(acceptedIds)}.`);
  if (accepted.filter(({ duplicate }) => !duplicate).length > 1) {
    violations.push(`${command} was accepted twice, and the second time not as a duplicate.`);
  }
  const firstAccepted = send.answers.findIndex(({ kind }) => kind === "accepted");
  for (const [i, answer] of send.answers.entries()) {
    if (answer.kind === "accepted") violations.push(...checkAccepted(command, answer, posts, history));
    else if (firstAccepted >= 0 && i > firstAccepted) {
      violations.push(`${command} was rejected (${answer.reason}) after it had been accepted as ${acceptedIds[0]}.`);
    } else if (firstAccepted < 0 && ids.length > 0) {
      violations.push(`${command} was rejected (${answer.reason}), but is message ${list(ids)}.`);
    }
  }
  return violations;
}

function checkAccepted(
  command: string,
  { id, sentAt }: Accepted,
  posts: readonly Message[],
  history: History,
): string[] {
  // The store may have removed the message before anyone read it, and in a run that goes on a client may still read it.
  if (posts.length === 0 && (id < firstId(history) || history.isRunning)) return [];
  if (posts.length === 0) return [`${command} was accepted as ${id}, and no client got it.`];
  const post = posts.find((message) => message.id === id);
  if (post === undefined) return [`${command} was accepted as ${id}, but is message ${posts[0]?.id}.`];
  if (post.sentAt === sentAt) return [];
  return [`${command} was accepted at ${sentAt}, but message ${id} says ${post.sentAt}.`];
}

/**
 * The server carries out the commands of a client in the order in which the client sent them. Only commands count
 * whose first answer accepts them, and not as duplicates: a command that was sent again may have been rejected the
 * first time, with an answer that was lost, while the command behind it was accepted.
 */
function checkOrder(sends: readonly Send[]): string[] {
  const last = new Map<string, { id: number; send: Send }>();
  const violations: string[] = [];
  for (const send of sends) {
    const [answer] = send.answers;
    if (answer?.kind !== "accepted" || answer.duplicate || send.mayBeRetried) continue;
    const before = last.get(send.client);
    if (before !== undefined && before.id > answer.id) {
      violations.push(
        `${commandOf(send)} was given behind ${before.send.requestId}, but is ${answer.id} and that is ${before.id}.`,
      );
    }
    last.set(send.client, { id: answer.id, send });
  }
  return violations;
}

function keyOf(user: string, text: string): string {
  return `${user} ${text}`;
}

function target({ recipient }: { readonly recipient: string }): string {
  return recipient === "" ? "everyone" : recipient;
}
