import { type ChatClient, ChatError, Status } from "../../client/index.ts";

/** The limit for the answer of the server. */
const TIMEOUT_MS = 10_000;

/**
 * Asks who a token belongs to. Only a stream answers that, so this enters the room for a moment; others see no more of it
 * than a join, because the user stays online for a grace after losing the stream. Throws a `ChatError`.
 */
export async function nameOfToken(client: ChatClient, token: string, signal: AbortSignal): Promise<string> {
  const room = client.enter({ token, recent: 0, firstConnectMs: TIMEOUT_MS, signal });
  try {
    for await (const event of room) {
      if (event.kind === "connected") return event.username;
      if (event.kind === "closed" && "cause" in event.why) throw event.why.cause;
    }
  } finally {
    room.abort();
  }
  throw new ChatError(Status.CANCELLED, "The room was closed before the server said who the token belongs to.");
}
