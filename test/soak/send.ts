import type { VirtualUser } from "../rig/virtualUser.ts";
import { help, sendAll } from "../support/commands.ts";
import type { Random } from "../support/random.ts";

/** In bytes. Long, so that a user who does not read for a minute is behind the timeline, and reads pages. */
const LONGEST = 4_000;
const FILLER = "blah ";

/**
 * Sends something at random: to everyone, to one user, to itself, typed, a call for help, or a text that must be
 * rejected.
 */
export function sendSomething(user: VirtualUser, random: Random, names: readonly string[]): void {
  const dice = random.between(1, 100);
  if (dice <= 5) user.ask(help, "help");
  else if (dice <= 7) user.ask(sendAll(""), "TEXT_EMPTY");
  else {
    const text = FILLER.repeat(random.between(1, LONGEST / FILLER.length));
    user.say(dice <= 35 ? random.oneOf(names) : "", text, random.between(1, 10) === 1);
  }
}
