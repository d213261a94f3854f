import type { Duration } from "../gen/google/protobuf/duration.ts";

/** A wait of the contract in milliseconds, rounded up so that one never comes back too early. */
export function durationToMs(duration: Duration): number {
  return Number(duration.seconds) * 1000 + Math.ceil(duration.nanos / 1e6);
}
