import { randomUUID } from "node:crypto";
import type { ChatError } from "../../client/index.ts";
import { Exit, exitOf } from "../exit.ts";
import { optionsToFlags } from "../optionsToFlags.ts";
import type { Item } from "../terminal/item.ts";
import type { Context } from "./command.ts";
import { runLine } from "./commands.ts";
import { isHelp } from "./help.ts";

/** The result of a line that was typed in the room. */
export interface Attempted {
  readonly item: Item;
  /** `FINE`, or the exit code of a script whose first failed line is this one. */
  readonly code: Exit;
}

/** Runs a line. If a call fails, the item is an `error`. */
export async function attempt(context: Context, line: string, requestId: string = randomUUID()): Promise<Attempted> {
  try {
    const item = await runLine(context, line, { requestId });
    return { item, code: codeOf(item, line) };
  } catch (error) {
    return failed(error);
  }
}

/** The result of a line whose call failed. Rethrows any error but a `ChatError`. */
export function failed(error: unknown): Attempted {
  const code = exitOf(error);
  const { message, reason, retryAfterMs } = error as ChatError;
  return { item: { kind: "error", message: optionsToFlags(message), reason, retryAfterMs }, code };
}

function codeOf(item: Item, line: string): Exit {
  if (item.kind === "rejected") return Exit.REFUSED;
  return item.kind === "help" && !isHelp(line) ? Exit.USAGE : Exit.FINE;
}
