import type { Duration } from "../../gen/google/protobuf/duration.ts";

/** A wait as the contract has it. */
export function toDuration(milliseconds: number): Duration {
  const whole = Math.floor(milliseconds / 1_000);
  return { seconds: BigInt(whole), nanos: Math.round((milliseconds - whole * 1_000) * 1_000_000) };
}

/** An id or cursor as the room has it. One that is larger than any id can be stays so. */
export function toId(wire: bigint): number {
  return wire > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(wire);
}
