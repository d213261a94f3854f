import { Histogram, STORE_TIMES_MS } from "../common/histogram.ts";
import { LabelledCounter } from "../common/labelledCounter.ts";
import type { Reason } from "../common/refusal.ts";
import type { RoomEvent } from "./events.ts";

/**
 * How a stream ended: with a goodbye, by its reason; *left*: its client ended its side and got all replies;
 * *broke-off*: its client cancelled, or the connection was lost; *stalled*: it was reset, because its client had
 * stopped reading.
 */
export type StreamEnding = Reason | "left" | "broke-off" | "stalled";

/**
 * Counts the work of a node since its start, in plain numbers that only grow. The parts of the node add to them, and
 * the metrics read them. A response costs a few additions, a message in it none.
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
  /** Responses, by the number of events in each. */
  readonly responseEvents = new Histogram([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
  responseBytes = 0;
  /** Messages in responses: a message that ten streams get counts ten times. */
  deliveries = 0;
  accepted = 0;
  /** Commands that were sent again, and answered with the message that the first one had become. */
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
  /** Commits, by duration in milliseconds. */
  readonly commitTimes = new Histogram(STORE_TIMES_MS);
  /** Commits, by the number of messages in each. */
  readonly commitMessages = new Histogram([1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]);
  commitsFailed = 0;
  /** Pages that were read from the store, by duration in milliseconds. */
  readonly pageReadTimes: Histogram;

  /** `pageReadTimes`: the histogram that the page cache adds to. */
  constructor(pageReadTimes = new Histogram(STORE_TIMES_MS)) {
    this.pageReadTimes = pageReadTimes;
  }

  /** Counts a response. `messages`: how many of its events are messages. */
  response(bytes: number, events: number, messages: number): void {
    this.responseEvents.add(events);
    this.responseBytes += bytes;
    this.deliveries += messages;
  }

  /** Counts a reply to a command. */
  replied(event: RoomEvent): void {
    if (event.kind === "rejected") this.rejected.add(event.reason);
    else if (event.kind === "accepted" && event.duplicate) this.duplicates += 1;
    else if (event.kind === "accepted") this.accepted += 1;
  }

  /** Counts a commit. */
  commit(tookMs: number, messages: number): void {
    this.commitTimes.add(tookMs);
    this.commitMessages.add(messages);
  }
}
