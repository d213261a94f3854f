import { randomUUID } from "node:crypto";
import type { ChatError } from "../../client/index.ts";
import { Exit, exitOf } from "../exit.ts";
import { inFlags } from "../inFlags.ts";
import type { Item } from "../terminal/item.ts";
import type { Context } from "./command.ts";
import { carryOut } from "./index.ts";

/** What became of a line. */
export interface Attempted {
  readonly item: Item;
  /** What it means for a script. */
  readonly code: Exit;
}

/** Carries out a line. A call that failed is something to show too. */
export async function attempt(context: Context, line: string, requestId: string = randomUUID()): Promise<Attempted> {
  try {
    const item = await carryOut(context, line, { requestId });
    return { item, code: codeOf(item, line) };
  } catch (error) {
    const code = exitOf(error);
    const { message, reason, retryAfterMs } = error as ChatError;
    return { item: { kind: "error", message: inFlags(message), reason, retryAfterMs }, code };
  }
}

function codeOf(item: Item, line: string): Exit {
  if (item.kind === "rejected") return Exit.REFUSED;
  const asked = line.trim().toLowerCase() === "help";
  return item.kind === "help" && !asked ? Exit.USAGE : Exit.FINE;
}
