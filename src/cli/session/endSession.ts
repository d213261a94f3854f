import { type ChatClient, ChatError } from "../../client/index.ts";

/** How long the end of a script may be delayed. */
const TIMEOUT_MS = 1_000;

/** Ends the session of a script, so that a script that runs every minute leaves none. A failure is not reported. */
export async function endSession(client: ChatClient, token: string): Promise<void> {
  try {
    await client.logout(token, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
  }
}
