import { Histogram, STORE_TIMES_MS } from "../common/histogram.ts";
import { LabelledCounter } from "../common/labelledCounter.ts";
import type { Reason } from "../common/refusal.ts";
import { LogCounters } from "../log/counters.ts";

import type { RoomEvent } from "./events.ts";
import type { WriteCommand } from "./writeCommand.ts";

/**
 * How a stream ended. A reason: the server sent a goodbye with that reason. `left`: the client ended its side and got
 * all replies. `broke-off`: the client cancelled, or the connection was lost. `stalled`: the server reset the stream,
 * because the client did not take a response for too long.
 */
export type StreamEnding = Reason | "left" | "broke-off" | "stalled";

/**
 * Counts the work of a node since its start; every number only grows. The code that does the work adds to the counters,
 * and the metrics read them. Counting a response costs a few additions, whatever the number of messages in it.
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
  /** Entries in responses: an entry that ten streams get counts ten times. */
  deliveries = 0;
  /** Commands that appended an entry of any kind. */
  accepted = 0;
  /** Those of them that changed a message, by command. */
  readonly changes = new LabelledCounter<"edit" | "delete">(["edit", "delete"]);
  /** Commands that the client had sent before, and that were answered with the entry of the first time. */
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
    "MESSAGE_UNKNOWN",
    "NOT_THE_SENDER",
    "ALREADY_JOINED",
    "STORE_UNAVAILABLE",
  ]);
  /** Pages of the history, by the duration of the store's call in milliseconds. */
  readonly historyTimes = new Histogram(STORE_TIMES_MS);
  /** Searches, by the duration of the index's call in milliseconds. */
  readonly searchTimes = new Histogram(STORE_TIMES_MS);
  /** Searches that the index answered, by what it answered. */
  readonly searches = new LabelledCounter<"found" | "nothing" | "building" | "too-costly">([
    "found",
    "nothing",
    "building",
    "too-costly",
  ]);
  /** Calls of `MarkRead`, by whether the marker moved. */
  readonly markReads = new LabelledCounter<"moved" | "stayed">(["moved", "stayed"]);
  /** The counters of the node's log, which the log adds to. */
  readonly log: LogCounters;

  constructor(log = new LogCounters()) {
    this.log = log;
  }

  /** Counts a response. `events`: the number of its events, `entries` of which are entries of the log. */
  response(bytes: number, events: number, entries: number): void {
    this.responseEvents.add(events);
    this.responseBytes += bytes;
    this.deliveries += entries;
  }

  /** Counts a reply to a command, if it is `accepted` or `rejected`. `command`: the kind of the command. */
  replied(event: RoomEvent, command?: WriteCommand["kind"]): void {
    if (event.kind === "rejected") this.rejected.add(event.reason);
    else if (event.kind === "accepted" && event.duplicate) this.duplicates += 1;
    else if (event.kind === "accepted") {
      this.accepted += 1;
      if (command === "edit" || command === "delete") this.changes.add(command);
    }
  }
}
