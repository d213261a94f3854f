import { Status } from "nice-grpc-common";
import { LabelledCounter } from "../common/labelledCounter.ts";
import type { CallFailure } from "./failure.ts";

/** Counts calls since the server's start. */
export class CallCounters {
  /** Sessions that began, by `Register` or `Login`. */
  signIns = 0;
  /** Calls that failed, by reason; by the name of the status if the failure has no reason. */
  readonly failedCalls = new LabelledCounter<string>([
    "BAD_CREDENTIALS",
    "TOO_MANY_ATTEMPTS",
    "OVERLOADED",
    "SESSION_INVALID",
    "STORE_UNAVAILABLE",
    "TOO_MANY_CONNECTIONS",
    "REQUEST_INVALID",
    "INTERNAL",
  ]);

  /** Counts a call that failed. */
  failed({ code, trailers }: CallFailure): void {
    this.failedCalls.add(trailers["obrolan-reason"] ?? Status[code]);
  }
}
