import type { VirtualUser } from "../rig/virtualUser.ts";
import { help, sendAll } from "../support/commands.ts";
import type { Random } from "../support/random.ts";

/** The longest text, in bytes: a user who does not read for a minute is then behind the timeline, and reads pages. */
const LONGEST = 4_000;
const FILLER = "blah ";

/**
 * Sends one command at random: a message to everyone or to one user (possibly the sender), sometimes as a text command;
 * `help`; or an empty text, which must be rejected.
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
