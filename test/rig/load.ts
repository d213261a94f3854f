import type { Random } from "../support/random.ts";
import type { OpenSend } from "./recorder.ts";
import type { VirtualUser } from "./virtualUser.ts";

/** The interval at which due messages are sent, in milliseconds. */
const TICK_MS = 10;

/** One in this many commands edits or deletes a message. */
const CHANGE_ONE_IN = 10;
/** One in this many edits and deletions is of a message of another user, and must be rejected. */
const STRANGER_ONE_IN = 20;
/** How many of the newest messages of a user may be edited or deleted. */
const CHANGEABLE = 200;

/**
 * Makes virtual users send at random: two of three messages to everyone, the others to one of the users. Now and then a
 * user edits or deletes one of its newest messages. The clients of a user change the same messages.
 */
export class Load {
  readonly #users: readonly VirtualUser[];
  readonly #random: Random;
  readonly #rate: number;
  readonly #maxText: number;
  readonly #timer: NodeJS.Timeout;
  /** By username: its newest messages. */
  readonly #said = new Map<string, OpenSend[]>();
  #due = 0;
  #tickedAt = performance.now();

  /**
   * `rate`: messages a second of all users together, if enough of them are free to send. `maxText`: the longest text,
   * in characters.
   */
  constructor(users: readonly VirtualUser[], random: Random, rate: number, maxText: number) {
    this.#users = users;
    this.#random = random;
    this.#rate = rate;
    this.#maxText = maxText;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Ends the sending. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    // Messages that were due and could not be sent are sent later, but at most those of one second.
    this.#due = Math.min(this.#due + (this.#rate * (now - this.#tickedAt)) / 1_000, this.#rate);
    this.#tickedAt = now;
    const free = this.#users.filter((user) => user.isFree);
    for (; this.#due >= 1 && free.length > 0; this.#due -= 1) {
      const user = this.#random.oneOf(free);
      if (this.#random.between(1, CHANGE_ONE_IN) > 1 || !this.#change(user)) this.#say(user);
      if (!user.isFree) free.splice(free.indexOf(user), 1);
    }
  }

  #say(user: VirtualUser): void {
    const recipient = this.#random.between(1, 3) === 1 ? this.#random.oneOf(this.#users).username : "";
    const said = this.#saidBy(user);
    said.push(user.say(recipient, this.#text()));
    if (said.length > CHANGEABLE) said.shift();
  }

  /** Edits or deletes a message. Returns false if there is none that was accepted. */
  #change(user: VirtualUser): boolean {
    const isOwn = this.#random.between(1, STRANGER_ONE_IN) > 1;
    const said = this.#saidBy(isOwn ? user : this.#random.oneOf(this.#users));
    const accepted = said.flatMap((send) =>
      send.answers.flatMap((answer) => (answer.kind === "accepted" ? [{ send, id: answer.id }] : [])),
    );
    if (accepted.length === 0) return false;
    const { send, id } = this.#random.oneOf(accepted);
    if (this.#random.between(1, 3) > 1) user.edit(id, this.#text());
    else {
      user.remove(id);
      // Half of the deleted messages stay, so that some are deleted twice, or edited when they are deleted.
      if (isOwn && this.#random.between(1, 2) === 1) said.splice(said.indexOf(send), 1);
    }
    return true;
  }

  #saidBy({ username }: VirtualUser): OpenSend[] {
    const said = this.#said.get(username) ?? [];
    this.#said.set(username, said);
    return said;
  }

  #text(): string {
    return "~".repeat(this.#random.between(0, this.#maxText));
  }
}
