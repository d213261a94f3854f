import type { ChatClient, ChatError } from "../../../client/index.ts";
import type { ClientConfig } from "../../config.ts";
import { type Exit, exitOf } from "../../exit.ts";
import { openClient } from "../../openClient.ts";
import { optionsToFlags } from "../../optionsToFlags.ts";
import { openSession, type SessionOfUser } from "../../session/openSession.ts";
import { InputError } from "../../terminal/inputError.ts";
import type { Stdio } from "../../terminal/output.ts";
import { makePrinter, type Show } from "../../terminal/printer.ts";
import { Interruption } from "./interruption.ts";

/** The collaborators of a command for scripts. */
export interface ScriptContext {
  readonly client: ChatClient;
  readonly session: SessionOfUser;
  readonly show: Show;
  /** Aborted when the command must end, by a signal. */
  readonly interrupted: AbortSignal;
}

/** The collaborators of `inSession`. */
export interface InSessionOptions {
  readonly config: ClientConfig;
  readonly stdio: Stdio;
  readonly run: (context: ScriptContext) => Promise<Exit>;
  /** A signal is the usual end of the command: its exit code counts. Default: the process then ends by the signal. */
  readonly endsBySignal?: true;
}

/** Opens a session, runs a command in it, and reports its failure. Resolves with the exit code. */
export async function inSession({ config, stdio, run, endsBySignal }: InSessionOptions): Promise<Exit> {
  const client = openClient(config);
  try {
    const opened = await openSession(client, config, stdio);
    if (typeof opened === "number") return opened;
    const interruption = new Interruption();
    const show = makePrinter(config.json, stdio);
    const { session } = opened;
    try {
      return await reporting(show, interruption.signal, () =>
        run({ client, session, show, interrupted: interruption.signal }),
      );
    } finally {
      await opened.end();
      interruption.dispose();
      if (!endsBySignal) interruption.raise();
    }
  } finally {
    client.close();
  }
}

/** Runs a command. Shows an error of the server or of the input, and resolves with its exit code. */
async function reporting(show: Show, interrupted: AbortSignal, run: () => Promise<Exit>): Promise<Exit> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof InputError) {
      const { message, exitCode } = error;
      await show({ kind: "error", message, exitCode });
      return exitCode;
    }
    const exitCode = exitOf(error);
    const { message, reason, retryAfterMs } = error as ChatError;
    const item = { kind: "error", message: optionsToFlags(message), reason, retryAfterMs, exitCode } as const;
    if (!interrupted.aborted) await show(item);
    return exitCode;
  }
}
