import { commandOf } from "../checker/wording.ts";
import { maySee } from "../history.ts";
import { deletionOf, isSeen, lastId, type Mutation, newestFirst, oneOf, remove } from "./picking.ts";

/** Faults in the outcome of commands. */
export const COMMAND_MUTATIONS: Record<string, Mutation> = {
  "a message that was accepted and that no client has": (history, pick) => {
    const messages = history.sends.filter(({ kind }) => kind === "message");
    const send = oneOf(messages.filter(isSeen(history)), pick);
    const answer = send?.answers[0];
    if (send === undefined || answer?.kind !== "accepted" || answer.id < history.oldestId) return undefined;
    if (deletionOf(history, answer.id) !== undefined) return undefined;
    for (const stream of history.streams) remove(stream, answer.id);
    return `${commandOf(send)} was accepted as ${answer.id}, and no client ever got it.`;
  },
  "a command that was rejected and is in the log": (history, pick) => {
    const send = oneOf(history.sends.filter(isSeen(history)), pick);
    const id = send?.answers.find((answer) => answer.kind === "accepted")?.id;
    if (send === undefined || id === undefined) return undefined;
    send.answers = [{ kind: "rejected", reason: "STORE_UNAVAILABLE" }];
    return `${commandOf(send)} was rejected (STORE_UNAVAILABLE), and is entry ${id} all the same.`;
  },
  "a command that was rejected after it had been accepted": (history, pick) => {
    const send = oneOf(history.sends.filter(isSeen(history)), pick);
    const id = send?.answers.find((answer) => answer.kind === "accepted")?.id;
    send?.answers.push({ kind: "rejected", reason: "RECIPIENT_OFFLINE" });
    return send && `${commandOf(send)} was rejected (RECIPIENT_OFFLINE) after it had been accepted as ${id}.`;
  },
  "a message that is in the log twice": (history, pick) => {
    const message = oneOf(newestFirst(history), pick);
    const send = history.sends.find(({ kind, text }) => kind === "message" && text === message?.text);
    if (message === undefined || send === undefined) return undefined;
    const again = lastId(history) + 1;
    for (const { user, seen, complete } of history.streams) {
      if (complete && maySee(user, message)) seen.push({ ...message, id: again });
    }
    return `${commandOf(send)} is in the log more than once: as ${message.id} and ${again}.`;
  },
  "a command that was accepted a second time, and not as a duplicate": (history, pick) => {
    const send = oneOf(
      history.sends.filter(({ answers }) => answers.length === 2),
      pick,
    );
    const answer = send?.answers[1];
    if (send === undefined || send.answers[0]?.kind !== "accepted" || answer?.kind !== "accepted") return undefined;
    answer.duplicate = false;
    return `${commandOf(send)} was accepted twice, and the second time not as a duplicate.`;
  },
  "a command that was accepted under another id than its entry has": (history, pick) => {
    const send = oneOf(history.sends.filter(isSeen(history)), pick);
    const answer = send?.answers[0];
    if (send?.answers.length !== 1 || answer?.kind !== "accepted") return undefined;
    const { id } = answer;
    answer.id = lastId(history) + 7;
    return `${commandOf(send)} was accepted as ${answer.id}, but is entry ${id}.`;
  },
  "an id that was given to two commands": (history, pick) => {
    const sends = history.sends.filter(({ answers }) => answers[0]?.kind === "accepted");
    const [first, second] = [oneOf(sends, pick), oneOf(sends, pick + 1)];
    if (first === undefined || second === undefined || first === second) return undefined;
    second.answers = [...first.answers];
    const [one, other] =
      history.sends.indexOf(first) < history.sends.indexOf(second) ? [first, second] : [second, first];
    const answer = first.answers[0];
    return `The id ${answer?.kind === "accepted" && answer.id} was given to ${commandOf(one)} and to ${commandOf(other)}.`;
  },
  "two commands of a client that were carried out in the wrong order": (history, pick) => {
    const sends = history.sends.filter(({ answers: [first] }) => first?.kind === "accepted" && !first.duplicate);
    const first = oneOf(sends, pick);
    const second = sends.find(
      (send) => first && send.client === first.client && sends.indexOf(send) > sends.indexOf(first),
    );
    if (first === undefined || second === undefined) return undefined;
    const ids = [first, second].map(({ answers: [answer] }) => (answer?.kind === "accepted" ? answer.id : 0));
    const [one, other] = [history.sends.indexOf(first), history.sends.indexOf(second)];
    [history.sends[one], history.sends[other]] = [second, first];
    const { requestId } = second;
    return `${commandOf(first)} was sent after ${requestId}, but is ${ids[0]} and ${requestId} is ${ids[1]}.`;
  },
};
