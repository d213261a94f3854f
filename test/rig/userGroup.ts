import { expect } from "chai";
import { within } from "../support/deadline.ts";
import type { Random } from "../support/random.ts";
import { check } from "./checker/check.ts";
import { Load } from "./load.ts";
import { Recorder } from "./recorder.ts";
import { report } from "./report.ts";
import type { VirtualUser, VirtualUserOptions } from "./virtualUser.ts";

/** The limit of each wait of a group, in milliseconds. */
export const DEADLINE_MS = 120_000;

/** An account and a session of it. */
export interface Account {
  readonly username: string;
  readonly token: string;
}

/** How much the users of a group send. */
export interface LoadOptions {
  readonly random: Random;
  /** Messages a second. Default: 1,000. */
  readonly rate?: number;
  /** The longest text, in characters. Default: 200. */
  readonly maxText?: number;
}

/** How a run ends. */
export interface End {
  /** The run's name in the report. */
  readonly name: string;
  /** The number of messages that the run must account for. */
  readonly least: number;
  /** Reads the log once more when everybody has left, and records it. */
  readonly audit: () => Promise<void>;
}

/** Virtual users of one run. The recorder records what all of them see, and the history checker decides. */
export class UserGroup {
  readonly recorder: Recorder;
  readonly users: VirtualUser[] = [];
  #load: Load | undefined;

  /** `headMayLag`: as in `History`. */
  constructor(headMayLag = false) {
    this.recorder = new Recorder(headMayLag);
  }

  /**
   * Adds a user, who goes online at once. Only users that were added before `startLoad` take part in the load. `port`:
   * asked for each connection.
   */
  add<U extends VirtualUser>(
    Kind: new (options: VirtualUserOptions) => U,
    { username, token }: Account,
    client: string,
    port: () => number,
  ): U {
    const user = new Kind({ username, token, client, recorder: this.recorder, port });
    user.start();
    this.users.push(user);
    return user;
  }

  /** Starts the load: the users added so far send from now on. */
  startLoad({ random, rate = 1_000, maxText = 200 }: LoadOptions): void {
    this.recorder.begin();
    this.#load = new Load([...this.users], random, rate, maxText);
  }

  /** Waits until `count` more commands have been accepted. */
  async accepted(count: number): Promise<void> {
    const enough = this.recorder.accepted + count;
    await this.until(`${count} more accepted`, () => this.recorder.accepted >= enough);
  }

  /** Waits until every user is back online, and has the message that was accepted last. */
  async everyoneBack(): Promise<void> {
    const { lastId } = this.recorder;
    await this.#all(`message ${lastId}`, (user) => user.reached(lastId));
  }

  /** Waits until the condition holds. It is evaluated after every answer. */
  async until(what: string, condition: () => boolean): Promise<void> {
    await within(this.recorder.until(condition), () => `${what}; ${this.#state()}`, DEADLINE_MS);
  }

  /** Waits until every command is answered and every user has everything, and lets the history checker decide. */
  async finish(test: Mocha.Context, { name, least, audit }: End): Promise<void> {
    const { recorder } = this;
    await this.accepted(Math.max(0, least - recorder.accepted));
    const silence = recorder.longestSilence;
    this.#load?.stop();
    await this.#all("its commands answered", (user) => user.idle());
    const lastId = await this.#sayLast();
    await this.#all(`message ${lastId}`, (user) => user.reached(lastId));
    for (const user of this.users) user.complete();
    await this.#all("left", (user) => user.leave());
    await audit();
    const { violations: found, accepted, deliveries } = check(recorder.history);
    const violations = [...recorder.violations, ...found];
    const [edits, deletions] = [recorder.acceptedOf("edited"), recorder.acceptedOf("deleted")];
    report(test, { name, accepted, edits, deletions, deliveries, silence });
    expect(violations.slice(0, 20), `${violations.length} violations, the first of them`).to.deep.equal([]);
    expect(accepted).to.be.at.least(least);
    expect(edits, "accepted edits").to.be.greaterThan(0);
    expect(deletions, "accepted deletions").to.be.greaterThan(0);
  }

  /** Ends everything that a failed run has left. Does nothing after `finish`. */
  abandon(): void {
    this.#load?.stop();
    for (const user of this.users) user.abandon();
  }

  async #all(what: string, wait: (user: VirtualUser) => Promise<void>): Promise<void> {
    await Promise.all(
      this.users.map((user) =>
        within(wait(user), () => `${user.client} to have ${what}; ${this.#state()}`, DEADLINE_MS),
      ),
    );
  }

  /** Sends one message to everyone after all others. A user that has received it has received everything. */
  async #sayLast(): Promise<number> {
    const send = this.users[0]?.say("", "the end");
    await this.#all("its commands answered", (user) => user.idle());
    const answer = send?.answers.at(-1);
    if (answer?.kind !== "accepted") throw new Error(`the last message was not accepted: ${JSON.stringify(answer)}`);
    return answer.id;
  }

  #state(): string {
    const users = this.users.map((user) => `${user.client} ${user.pending} in flight, at ${user.lastId}`);
    return `${this.recorder.accepted} accepted; ${users.join("; ")}`;
  }
}
