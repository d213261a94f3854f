import { setTimeout as sleep } from "node:timers/promises";
import type { Ledger } from "./ledger.ts";

/** What everybody in a soak shares. */
export interface World {
  readonly port: number;
  readonly ledger: Ledger;
  /** Everybody who may be written to. */
  readonly names: readonly string[];
  /** Everybody finishes what they do, and says nothing more. */
  readonly closing: AbortSignal;
  /** Ends the soak: something is not as it must be. */
  readonly fail: (error: unknown) => void;
}

/** Somebody with an account, and the session that they have now. */
export interface Account {
  readonly username: string;
  readonly password: string;
  token: string;
}

/** Lets time pass, which is what a soak is made of; a shorter time where the soak comes to its end. */
export async function pass(ms: number, { closing }: World): Promise<void> {
  await sleep(ms, undefined, { signal: closing }).catch(() => {});
}
