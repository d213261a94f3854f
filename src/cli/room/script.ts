import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Exit } from "../exit.ts";
import { InputError } from "../terminal/inputError.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { type Attempted, attempt } from "./attempt.ts";
import type { Context } from "./command.ts";

/**
 * Runs a script line by line: each line waits for the answer to the line before. The first line waits for `caughtUp`, so
 * that what it prints does not come before or between the replayed messages. A line that is refused only for now, for
 * example by the rate limit, is repeated after the wait that the server names. Resolves at the end of the script with the
 * exit code of the first line that failed.
 */
export async function followScript(context: Context, terminal: Terminal, caughtUp: Promise<void>): Promise<Exit> {
  let first: Exit = Exit.FINE;
  await caughtUp;
  if (context.room.state.kind === "closed") return first;
  try {
    for await (const code of runLines(context, terminal)) first ||= code;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { message, exitCode } = error;
    await terminal.show({ kind: "error", message, exitCode });
    first ||= exitCode;
  }
  void context.room.close();
  return first;
}

async function* runLines(context: Context, terminal: Terminal): AsyncGenerator<Exit> {
  for (let line = await terminal.line(); line !== undefined; line = await terminal.line()) {
    if (line.trim() === "") continue;
    const { item, code } = await attemptUntilFinal(context, line, terminal.interrupted);
    await terminal.show(item);
    yield code;
    if (context.room.state.kind === "closed") break;
  }
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
