import type { ServerConfig } from "../../server/config.ts";
import type { MessagesAhead } from "../../server/engines/backup.ts";
import { Exit } from "../exit.ts";
import type { Stdio } from "../terminal/stdio.ts";

/**
 * Corrects the times of messages that were sent while the clock was ahead; without `yes` only says which. Resolves with
 * the exit code.
 */
export async function runCorrectTimes(
  config: Pick<ServerConfig, "data" | "databaseUrl">,
  { yes }: { yes: boolean },
  stdio: Stdio,
): Promise<Exit> {
  // Loaded here alone: the client starts without the server's engines.
  const { correctTimes, messagesAhead } = await import("../../server/engines/backup.ts");
  const now = Date.now();
  try {
    const ahead = await (yes ? correctTimes : messagesAhead)(config, now);
    await stdio.out.write(`The clock of this machine says ${dateOf(now)}.\n`);
    if (ahead === undefined) await stdio.out.write("No message is dated later: there is nothing to correct.\n");
    else await stdio.out.write(yes ? corrected(ahead, now) : wouldCorrect(ahead));
    return Exit.FINE;
  } catch (error) {
    await stdio.complain(error instanceof Error ? error.message : String(error));
    return Exit.REFUSED;
  }
}

function corrected(ahead: MessagesAhead, now: number): string {
  const have = ahead.firstId === ahead.lastId ? "has" : "have";
  return [
    `${named(ahead)} had later times, up to ${dateOf(ahead.latest)}, and ${have} the time ${dateOf(now)} now.`,
    "The log has a new log_id: every client gets the messages anew.",
    "",
  ].join("\n");
}

function wouldCorrect(ahead: MessagesAhead): string {
  const are = ahead.firstId === ahead.lastId ? "is" : "are";
  return [
    `${named(ahead)} ${are} dated later, up to ${dateOf(ahead.latest)}. Nothing was changed.`,
    "If this clock is right, run the same with --yes: they get its time, and every client gets the messages anew.",
    "",
  ].join("\n");
}

function named({ firstId, lastId }: MessagesAhead): string {
  return firstId === lastId ? `Message ${firstId}` : `Messages ${firstId} to ${lastId}`;
}

function dateOf(time: number): string {
  return new Date(time).toISOString();
}
