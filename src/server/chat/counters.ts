import { Histogram, STORE_TIMES } from "../common/histogram.ts";
import type { Reason } from "../common/refusal.ts";
import type { RoomEvent } from "./events.ts";

/**
 * How a stream came to its end: by a goodbye, with its reason; because its client *left* and had its answers; because it *broke off*,
 * by a cancel or with its connection; or because it was reset, *stalled*: its client had stopped reading.
 */
export type StreamEnding = Reason | "left" | "broke-off" | "stalled";

/** How often each of some things has happened. Those that are known are there from the start, with 0. */
export class LabelledCounter<T extends string> {
  readonly #counts: Map<T, number>;

  constructor(known: readonly T[]) {
    this.#counts = new Map(known.map((what) => [what, 0]));
  }

  /** It has happened once more. */
  add(what: T): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  /** What happened, and how often. */
  entries(): IterableIterator<[T, number]> {
    return this.#counts.entries();
  }
}

/**
 * What a room has done since its start, for those who watch it: plain numbers that only grow, added to where it happens and read
 * whenever somebody asks. A response costs a few additions, a message of it none.
 */
export class Counters {
  streamsOpened = 0;
  readonly streamsEnded = new LabelledCounter<StreamEnding>([
    "left",
    "broke-off",
    "stalled",
    "LOGGED_OUT",
    "SESSION_EXPIRED",
    "SHUTTING_DOWN",
    "JOIN_TIMEOUT",
    "STORE_UNAVAILABLE",
    "REQUEST_INVALID",
  ]);
  /** Responses, by how many events each had. */
  readonly responseEvents = new Histogram([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
  responseBytes = 0;
  /** Messages in responses: one that ten streams get is ten. */
  deliveries = 0;
  accepted = 0;
  /** Commands that were sent again, and answered with the message they had become. */
  duplicates = 0;
  readonly rejected = new LabelledCounter<Reason>([
    "RATE_LIMITED",
    "RECIPIENT_UNKNOWN",
    "RECIPIENT_OFFLINE",
    "TEXT_EMPTY",
    "TEXT_TOO_LONG",
    "TEXT_INVALID",
    "REQUEST_ID_TOO_LONG",
    "REQUEST_ID_REUSED",
    "ALREADY_JOINED",
    "STORE_UNAVAILABLE",
  ]);
  /** Sessions that began, by `Register` or `Login`. */
  signIns = 0;
  /** Calls that failed, by the contract's reason, or by the name of their status where there is none. */
  readonly failedCalls = new LabelledCounter<string>([
    "BAD_CREDENTIALS",
    "TOO_MANY_ATTEMPTS",
    "OVERLOADED",
    "SESSION_INVALID",
    "STORE_UNAVAILABLE",
    "REQUEST_INVALID",
    "INTERNAL",
  ]);
  /** Commits, by how many milliseconds each took. */
  readonly commitTimes = new Histogram(STORE_TIMES);
  /** Commits, by how many messages each had. */
  readonly commitMessages = new Histogram([1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]);
  commitsFailed = 0;
  /** Pages that were read from the store, by how many milliseconds each took. */
  readonly pageReadTimes: Histogram;

  /** `pageReadTimes` is where the pages are counted. */
  constructor(pageReadTimes = new Histogram(STORE_TIMES)) {
    this.pageReadTimes = pageReadTimes;
  }

  /** A response has been made: of so many events, of which so many are messages. */
  response(bytes: number, events: number, messages: number): void {
    this.responseEvents.add(events);
    this.responseBytes += bytes;
    this.deliveries += messages;
  }

  /** A command has its answer. */
  replied(event: RoomEvent): void {
    if (event.kind === "rejected") this.rejected.add(event.reason);
    else if (event.kind === "accepted" && event.duplicate) this.duplicates += 1;
    else if (event.kind === "accepted") this.accepted += 1;
  }

  /** A commit of so many messages took so many milliseconds. */
  commit(took: number, messages: number): void {
    this.commitTimes.add(took);
    this.commitMessages.add(messages);
  }
}
