import type { Message } from "../../client/index.ts";
import type { ClientConfig } from "../config.ts";
import { Exit } from "../exit.ts";
import type { Stdio } from "../terminal/output.ts";
import { inSession } from "./script/inSession.ts";
import { readId, readLimit } from "./script/values.ts";

/** Which messages `obrolan history` prints. Values are as they were typed. */
export interface HistoryOptions {
  /** Only the private messages with this user. Default: everything that is visible. */
  readonly peer?: string;
  /** The id of the message before which to end. Default: end with the newest message. */
  readonly before?: string;
  /** How many messages at most, up to 10,000. Default 50. */
  readonly limit?: string;
}

/** The largest page of `History`. */
const MAX_PAGE_MESSAGES = 500;

/** Prints earlier messages, the oldest first. Resolves with the exit code. */
export async function runHistory(config: ClientConfig, options: HistoryOptions, stdio: Stdio): Promise<Exit> {
  const { peer = "", before } = options;
  const limit = readLimit("--limit", options.limit ?? "50");
  const beforeId = before === undefined ? undefined : readId("--before", before);
  return inSession({
    config,
    stdio,
    async run({ client, session, show, interrupted }) {
      const pageSize = Math.min(limit, MAX_PAGE_MESSAGES);
      const newestFirst = client.history(session.token, { peer, beforeId, pageSize, signal: interrupted });
      const messages: Message[] = [];
      for await (const message of newestFirst) if (messages.push(message) === limit) break;
      const mayHaveOlder = messages.length === limit;
      await show({ kind: "history", peer, messages: messages.reverse(), mayHaveOlder });
      return Exit.FINE;
    },
  });
}
