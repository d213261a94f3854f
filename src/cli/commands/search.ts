import type { Message } from "../../client/index.ts";
import type { ClientConfig } from "../config.ts";
import { Exit } from "../exit.ts";
import type { Stdio } from "../terminal/output.ts";
import { inSession } from "./script/inSession.ts";
import { readLimit, readTime } from "./script/values.ts";

/** What `obrolan search` looks for. Values are as they were typed. */
export interface SearchOptions {
  readonly query: string;
  /** How many messages at most, up to 10,000. Default 20. */
  readonly limit?: string;
  /** Only messages that this user sent. Default: of all users. */
  readonly from?: string;
  /** Only the private messages with this user. Default: everything that is visible. */
  readonly with?: string;
  /** Only messages sent since then: a duration (10m, 2h, 3d) or an ISO time. Default: from the beginning. */
  readonly since?: string;
  /** Only messages sent before then: a duration or an ISO time. Default: up to now. */
  readonly until?: string;
}

/** The largest page of `Search`. */
const MAX_PAGE_MESSAGES = 100;

/** Prints the newest messages that a search finds, the oldest first. Resolves with the exit code. */
export async function runSearch(config: ClientConfig, options: SearchOptions, stdio: Stdio): Promise<Exit> {
  const { query, from: sender, with: peer } = options;
  const limit = readLimit("--limit", options.limit ?? "20");
  const since = options.since === undefined ? undefined : readTime("--since", options.since);
  const until = options.until === undefined ? undefined : readTime("--until", options.until);
  return inSession({
    config,
    stdio,
    async run({ client, session, show, interrupted }) {
      const pageSize = Math.min(limit, MAX_PAGE_MESSAGES);
      const filters = { sender, peer, since, until, pageSize, signal: interrupted };
      const messages: Message[] = [];
      for await (const message of client.search(session.token, query, filters)) {
        if (messages.push(message) === limit) break;
      }
      const mayHaveOlder = messages.length === limit;
      await show({ kind: "search", query, messages: messages.reverse(), mayHaveOlder, continued: false });
      return Exit.FINE;
    },
  });
}
