import { Reason } from "../gen/obrolan/v1/chat.ts";

const NAMES = new Map<number, string>(
  Object.entries(Reason).map(([name, number]) => [number, name.replace(/^REASON_/, "")]),
);

/**
 * A reason by its name without the prefix, as failed calls name it: `RATE_LIMITED`. One that this client does not know yet is
 * named by its number: `REASON_99`.
 */
export function reasonName(reason: number): string {
  return NAMES.get(reason) ?? `REASON_${reason}`;
}
