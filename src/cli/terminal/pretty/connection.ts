import type { Closed, ConnectedEvent, DisconnectedEvent, GapEvent, GoodbyeEvent } from "../../../client/index.ts";
import type { Catalogue } from "../../catalogue/index.ts";
import { optionsToFlags } from "../../optionsToFlags.ts";
import { sentence } from "./notes.ts";
import { refusalSentence } from "./refusals.ts";

type Words = Catalogue["messages"];

/** What is said about the connection, once for each loss. Each method returns a sentence; empty: nothing to say. */
export class ConnectionNotes {
  readonly #words: Words;
  /** The reason of the last goodbye, for the `disconnected` that follows. */
  #goodbye: string | undefined;
  /** Since the last `caughtUp` a gap or a changed log came: "nothing missed" would be wrong. */
  #mayHaveMissed = false;

  constructor(words: Words) {
    this.#words = words;
  }

  connected({ logChanged }: Pick<ConnectedEvent, "logChanged">): string {
    this.#mayHaveMissed ||= logChanged;
    return logChanged ? this.#words.logChanged : "";
  }

  gap({ missed }: Pick<GapEvent, "missed">): string {
    const wasReported = this.#mayHaveMissed;
    this.#mayHaveMissed = true;
    if (missed) return this.#words.earlierGone;
    return wasReported ? "" : this.#words.logChanged;
  }

  caughtUp(again: boolean): string {
    const words = this.#mayHaveMissed ? this.#words.back : this.#words.backNothingMissed;
    this.#mayHaveMissed = false;
    return again ? words : "";
  }

  goodbye({ reason, reconnect }: Pick<GoodbyeEvent, "reason" | "reconnect">): void {
    this.#goodbye = reconnect ? goodbyeWords({ reason }, this.#words) : undefined;
  }

  /** Only the first failure is reported. */
  disconnected({ failures, willRetryInMs }: Pick<DisconnectedEvent, "failures" | "willRetryInMs">): string {
    const why = this.#goodbye ?? this.#words.connectionLost;
    this.#goodbye = undefined;
    return failures > 1 ? "" : this.#words.tryingAgain(why, waitWords(willRetryInMs, this.#words));
  }

  closed(why: Closed): string {
    return closedWords(why, this.#words);
  }
}

/** Why the server ended a stream: a sentence without its full stop. */
export function goodbyeWords({ reason }: Pick<GoodbyeEvent, "reason">, { goodbyes, otherGoodbye }: Words): string {
  return Object.hasOwn(goodbyes, reason) ? goodbyes[reason as keyof typeof goodbyes] : otherGoodbye(sentence(reason));
}

/** Why the room is closed: a sentence without its full stop. */
export function closedWords(why: Closed, words: Words): string {
  switch (why.kind) {
    case "left":
    case "aborted":
      return words.youLeft;
    case "dismissed":
      return goodbyeWords(why, words);
    case "unauthenticated":
    case "unreached": {
      const { message, reason } = why.cause;
      return refusalSentence({ message: optionsToFlags(message), reason }, words);
    }
  }
}

/** A wait in words, for example ` in 2 s`. Empty for less than a second. */
export function waitWords(ms: number, { wait }: Words): string {
  return ms < 1000 ? "" : wait(Math.round(ms / 1000));
}
