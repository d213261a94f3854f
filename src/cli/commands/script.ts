import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Exit } from "../exit.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { type Attempted, attempt } from "./attempt.ts";
import type { Context } from "./command.ts";

/**
 * Carries out a script, one line after the other: the next one waits for the answer to the one before. What is refused for now alone,
 * such as a message too many for this second, is tried again when the server says so. Resolves at the end of the lines, with the
 * exit code of the first that was refused or is no command.
 */
export async function followScript(context: Context, terminal: Terminal): Promise<Exit> {
  const { room } = context;
  let first: Exit = Exit.FINE;
  for (let line = await terminal.line(); line !== undefined; line = await terminal.line()) {
    if (line.trim() === "") continue;
    const { item, code } = await attemptUntilFinal(context, line, terminal.interrupted);
    await terminal.show(item);
    if (first === Exit.FINE) first = code;
    if (room.state.kind === "closed") break;
  }
  void room.close();
  return first;
}

async function attemptUntilFinal(context: Context, line: string, signal: AbortSignal): Promise<Attempted> {
  const requestId = randomUUID();
  for (;;) {
    const attempted = await attempt(context, line, requestId);
    const { item } = attempted;
    if (item.kind !== "rejected" || item.retryAfterMs === undefined || signal.aborted) return attempted;
    await sleep(item.retryAfterMs, undefined, { signal }).catch(() => undefined);
  }
}
