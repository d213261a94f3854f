import { commandOf } from "../checker/wording.ts";
import { maySee } from "../history.ts";
import { isSeen, lastId, type Mutation, newestFirst, oneOf, remove } from "./picking.ts";

/** Faults in the outcome of commands. */
export const COMMAND_MUTATIONS: Record<string, Mutation> = {
  "an accepted message that no client has": (history, pick) => {
    const send = oneOf(history.sends.filter(isSeen(history)), pick);
    const answer = send?.answers[0];
    if (send === undefined || answer?.kind !== "accepted" || answer.id < history.oldestId) return undefined;
    for (const stream of history.streams) remove(stream, answer.id);
    return `${commandOf(send)} was accepted as ${answer.id}, and no client got it.`;
  },
  "a command that was rejected and is posted": (history, pick) => {
    const send = oneOf(history.sends.filter(isSeen(history)), pick);
    const id = send?.answers.find((answer) => answer.kind === "accepted")?.id;
    if (send === undefined || id === undefined) return undefined;
    send.answers = [{ kind: "rejected", reason: "STORE_UNAVAILABLE" }];
    return `${commandOf(send)} was rejected (STORE_UNAVAILABLE), but is message ${id}.`;
  },
  "a command that was rejected after it had been accepted": (history, pick) => {
    const send = oneOf(history.sends.filter(isSeen(history)), pick);
    const id = send?.answers.find((answer) => answer.kind === "accepted")?.id;
    send?.answers.push({ kind: "rejected", reason: "RECIPIENT_OFFLINE" });
    return send && `${commandOf(send)} was rejected (RECIPIENT_OFFLINE) after it had been accepted as ${id}.`;
  },
  "a command that is posted twice": (history, pick) => {
    const message = oneOf(newestFirst(history), pick);
    const send = history.sends.find(({ text }) => text === message?.text);
    if (message === undefined || send === undefined) return undefined;
    const again = lastId(history) + 1;
    for (const { user, seen, complete } of history.streams) {
      if (complete && maySee(user, message)) seen.push({ kind: "message", ...message, id: again });
    }
    return `${commandOf(send)} was posted more than once: as ${message.id} and ${again}.`;
  },
  "a command that was accepted again and not as a duplicate": (history, pick) => {
    const send = oneOf(
      history.sends.filter(({ answers }) => answers.length === 2),
      pick,
    );
    const answer = send?.answers[1];
    if (send === undefined || answer?.kind !== "accepted") return undefined;
    answer.duplicate = false;
    return `${commandOf(send)} was accepted twice, and the second time not as a duplicate.`;
  },
  "a command that was accepted under another id than its message has": (history, pick) => {
    const send = oneOf(history.sends.filter(isSeen(history)), pick);
    const answer = send?.answers[0];
    if (send?.answers.length !== 1 || answer?.kind !== "accepted") return undefined;
    const { id } = answer;
    answer.id = lastId(history) + 7;
    return `${commandOf(send)} was accepted as ${answer.id}, but is message ${id}.`;
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
  "two commands of a client in the wrong order": (history, pick) => {
    const sends = history.sends.filter(({ answers: [first] }) => first?.kind === "accepted" && !first.duplicate);
    const first = oneOf(sends, pick);
    const second = sends.find(
      (send) => first && send.client === first.client && sends.indexOf(send) > sends.indexOf(first),
    );
    if (first === undefined || second === undefined) return undefined;
    const ids = [first, second].map(({ answers: [answer] }) => (answer?.kind === "accepted" ? answer.id : 0));
    const [one, other] = [history.sends.indexOf(first), history.sends.indexOf(second)];
    [history.sends[one], history.sends[other]] = [second, first];
    return `${commandOf(first)} was given behind ${second.requestId}, but is ${ids[0]} and that is ${ids[1]}.`;
  },
};
