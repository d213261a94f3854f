import type { ChatClient, Message, Start } from "../../../client/index.ts";
import type { Since } from "./values.ts";

/** More messages than are sent between reading the history and joining. */
const RECENT_MESSAGES = 100;

/**
 * Where a room begins that yields what was sent since then, and nothing before it. Without `since`, it yields what is sent
 * from now on.
 */
export async function startSince(
  client: Pick<ChatClient, "history">,
  token: string,
  since: Since | undefined,
  signal?: AbortSignal,
): Promise<Start> {
  if (since === undefined) return { recent: 0 };
  if (since.kind === "id") return { resumeAfter: since.id };
  const newest = await newestBefore(client, token, undefined, signal);
  if (newest === undefined) return { recent: RECENT_MESSAGES };
  if (newest.sentAt < since.time) return { resumeAfter: newest.id };
  return { resumeAfter: await lastBefore(client, token, { since: since.time, newest, signal }) };
}

/**
 * The id before the first message of the time or later, in about as many calls as the newest id has bits. Times ascend
 * with the ids, so that each call halves the ids between `tooOld` and `found`.
 */
async function lastBefore(
  client: Pick<ChatClient, "history">,
  token: string,
  { since, newest, signal }: { since: Date; newest: Message; signal: AbortSignal | undefined },
): Promise<bigint> {
  /** Every message up to this id is older. */
  let tooOld = 0n;
  /** The oldest message known that is not. */
  let found = newest.id;
  while (found - tooOld > 1n) {
    const middle = (tooOld + found) / 2n;
    const message = await newestBefore(client, token, middle + 1n, signal);
    if (message === undefined || message.sentAt < since) tooOld = middle;
    else found = message.id;
  }
  return tooOld;
}

/** The newest message before an id that the user may see. */
async function newestBefore(
  client: Pick<ChatClient, "history">,
  token: string,
  beforeId: bigint | undefined,
  signal: AbortSignal | undefined,
): Promise<Message | undefined> {
  for await (const message of client.history(token, { beforeId, pageSize: 1, signal })) return message;
  return undefined;
}
