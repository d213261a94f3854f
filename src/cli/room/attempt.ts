import { randomUUID } from "node:crypto";
import type { ChatError } from "../../client/index.ts";
import { Exit, exitOf } from "../exit.ts";
import { optionsToFlags } from "../optionsToFlags.ts";
import type { Item } from "../terminal/item.ts";
import type { Context } from "./command.ts";
import { runLine } from "./commands.ts";
import { isHelp } from "./help.ts";

/** The result of a line. */
export interface Attempted {
  readonly item: Item;
  /** The exit code of a script if this is its first line that failed. */
  readonly code: Exit;
}

/** Runs a line. A failed call gives an item too. */
export async function attempt(context: Context, line: string, requestId: string = randomUUID()): Promise<Attempted> {
  try {
    const item = await runLine(context, line, { requestId });
    return { item, code: codeOf(item, line) };
  } catch (error) {
    const code = exitOf(error);
    const { message, reason, retryAfterMs } = error as ChatError;
    return { item: { kind: "error", message: optionsToFlags(message), reason, retryAfterMs }, code };
  }
}

function codeOf(item: Item, line: string): Exit {
  if (item.kind === "rejected") return Exit.REFUSED;
  return item.kind === "help" && !isHelp(line) ? Exit.USAGE : Exit.FINE;
}
