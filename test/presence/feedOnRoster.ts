import { MemoryRoster } from "../../src/server/engines/memory/index.ts";
import type { Roster } from "../../src/server/presence/ports/roster.ts";
import { PresenceFeed } from "../../src/server/presence/presenceFeed.ts";
import { within } from "../support/deadline.ts";

/** The users who are online before the feed begins. */
export const HERE = ["bob", "dan"];

/** A feed on a roster, with a window of a millisecond. `through` wraps the roster. */
export async function setUp(through: (roster: Roster) => Roster = (roster) => roster) {
  const roster = new MemoryRoster();
  const ids = new Map<string, number>();
  /** Changes the roster without a notification: a user comes (`+ana`) or goes (`-bob`). */
  const happen = async (...changes: string[]) => {
    for (const change of changes) {
      const username = change.slice(1);
      const accountId = ids.get(username) ?? ids.size + 1;
      ids.set(username, accountId);
      await (change.startsWith("+") ? roster.arrive({ accountId, username, since: 0 }) : roster.leave(accountId));
    }
  };
  await happen(...HERE.map((name) => `+${name}`));
  let ready = Promise.withResolvers<void>();
  let called = 0;
  const feed = new PresenceFeed(through(roster), 1, () => {
    called += 1;
    ready.resolve();
    ready = Promise.withResolvers<void>();
  });
  await feed.begin();
  /** Changes the roster, and waits until the feed has published the changes. */
  const gather = async (...changes: string[]) => {
    const gathered = ready.promise;
    await happen(...changes);
    feed.markDirty();
    await within(gathered, "the changes to be published");
  };
  return { feed, roster, happen, gather, called: () => called };
}

/** The changes that a stream takes. */
export const change = (joined: string[], left: string[] = []) => ({ joined, left, reset: false });
