import type { User } from "../../client/index.ts";
import type { ClientConfig } from "../config.ts";
import { Exit } from "../exit.ts";
import type { Stdio } from "../terminal/output.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { inSession } from "./script/inSession.ts";

/** `obrolan list` has no options. */
export type ListOptions = Readonly<Record<never, never>>;

/** The largest page of `List`. */
const PAGE_USERS = 1_000;
/** Further users are only counted. */
const MAX_USERS = 100_000;

/** Prints the name of each user who is online, in a line of its own. Resolves with the exit code. */
export async function runList(config: ClientConfig, _options: ListOptions, stdio: Stdio): Promise<Exit> {
  return inSession({
    config,
    stdio,
    async run({ client, session, show, interrupted }) {
      const users: User[] = [];
      let total = 0;
      let pageToken = "";
      do {
        const page = await client.list(session.token, { pageSize: PAGE_USERS, pageToken, signal: interrupted });
        users.push(...page.users);
        total = page.totalSize;
        pageToken = page.nextPageToken;
      } while (pageToken !== "" && users.length < MAX_USERS);
      if (config.json) await show({ kind: "list", users, total });
      else await stdio.stdout.write(users.map(({ username }) => `${sanitizeLine(username)}\n`).join(""));
      return Exit.FINE;
    },
  });
}
