import type { ServerConfig } from "../../server/config.ts";
import type { EntriesAhead } from "../../server/engines/backup.ts";
import { Exit } from "../exitCode.ts";
import type { Stdio } from "../terminal/output.ts";

/**
 * Corrects the times of messages that were sent while the clock was ahead; without `yes` only names the messages.
 * Resolves with the exit code.
 */
export async function runCorrectTimes(
  config: Pick<ServerConfig, "data" | "databaseUrl">,
  { yes }: { yes: boolean },
  stdio: Stdio,
): Promise<Exit> {
  // Imported here, so that the client starts without the server's engines.
  const { correctTimes, messagesAhead } = await import("../../server/engines/backup.ts");
  const nowMs = Date.now();
  try {
    const ahead = await (yes ? correctTimes : messagesAhead)(config, nowMs);
    await stdio.stdout.write(`The clock of this machine says ${dateOf(nowMs)}.\n`);
    if (ahead === undefined) await stdio.stdout.write("No message is dated later: there is nothing to correct.\n");
    else await stdio.stdout.write(yes ? corrected(ahead, nowMs) : wouldCorrect(ahead));
    return Exit.FINE;
  } catch (error) {
    await stdio.reportError(error instanceof Error ? error.message : String(error));
    return Exit.REFUSED;
  }
}

function corrected(ahead: EntriesAhead, nowMs: number): string {
  const have = ahead.firstId === ahead.lastId ? "has" : "have";
  return [
    `${named(ahead)} had later times, up to ${dateOf(ahead.latest)}, and ${have} the time ${dateOf(nowMs)} now.`,
    "The log has a new log_id: every client gets the messages again.",
    "",
  ].join("\n");
}

function wouldCorrect(ahead: EntriesAhead): string {
  const are = ahead.firstId === ahead.lastId ? "is" : "are";
  return [
    `${named(ahead)} ${are} dated later, up to ${dateOf(ahead.latest)}. Nothing was changed.`,
    "If this clock is right, repeat the command with --yes: they get its time, and clients get all messages again.",
    "",
  ].join("\n");
}

function named({ firstId, lastId }: EntriesAhead): string {
  return firstId === lastId ? `Message ${firstId}` : `Messages ${firstId} to ${lastId}`;
}

function dateOf(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
