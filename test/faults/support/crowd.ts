import { expect } from "chai";
import { within } from "../../support/deadline.ts";
import type { Random } from "../../support/random.ts";
import { check } from "../history/check.ts";
import { Ledger } from "./ledger.ts";
import type { Member, MemberParts } from "./member.ts";
import { report } from "./report.ts";
import { Traffic } from "./traffic.ts";

/** How long a crowd waits for anything that must come, in milliseconds. */
export const PATIENCE = 120_000;

/** A user of a room. */
export interface User {
  readonly username: string;
  readonly token: string;
}

/** How much a crowd says. */
export interface Talk {
  readonly random: Random;
  /** Messages a second. Default 1,000. */
  readonly rate?: number;
  /** The longest text, in characters. Default 200. */
  readonly maxText?: number;
}

/** How a run ends. */
export interface End {
  /** In the report. */
  readonly name: string;
  /** How many messages it accounts for, at least. */
  readonly least: number;
  /** Reads once more what the log has, when everybody has left, and writes it down. */
  readonly audit: () => Promise<void>;
}

/** People in a room who may talk all the time; what happens to all of them is written down, and the history checker decides. */
export class Crowd {
  readonly ledger: Ledger;
  readonly members: Member[] = [];
  #traffic: Traffic | undefined;

  /** `headMayLag`: as in `History`. */
  constructor(headMayLag = false) {
    this.ledger = new Ledger(headMayLag);
  }

  /** One more member, who only listens unless there at `talk`. `port`: where to connect, each time. */
  add<M extends Member>(
    way: new (parts: MemberParts) => M,
    { username, token }: User,
    client: string,
    port: () => number,
  ): M {
    const member = new way({ username, token, client, ledger: this.ledger, port });
    this.members.push(member);
    return member;
  }

  /** Those who are there talk from now on. */
  talk({ random, rate = 1_000, maxText = 200 }: Talk): void {
    this.ledger.begin();
    this.#traffic = new Traffic([...this.members], random, rate, maxText);
  }

  /** Waits until so many more have been accepted. */
  async accepted(count: number): Promise<void> {
    const enough = this.ledger.accepted + count;
    await this.until(`${count} more accepted`, () => this.ledger.accepted >= enough);
  }

  /** Waits until every member has caught up with what was accepted last: who was away is back. */
  async everyoneBack(): Promise<void> {
    const { lastId } = this.ledger;
    await this.#all(`message ${lastId}`, (member) => member.reached(lastId));
  }

  /** Waits until something is so, which is looked at after every answer. */
  async until(what: string, condition: () => boolean): Promise<void> {
    await within(this.ledger.until(condition), () => `${what}; ${this.#story()}`, PATIENCE);
  }

  /** Waits until every command is answered and every member has everything, and lets the history checker decide. */
  async finish(test: Mocha.Context, { name, least, audit }: End): Promise<void> {
    const { ledger } = this;
    await this.accepted(Math.max(0, least - ledger.accepted));
    const silence = ledger.longestSilence;
    this.#traffic?.stop();
    await this.#all("its commands to be answered", (member) => member.idle());
    const lastId = await this.#sayLast();
    await this.#all(`message ${lastId}`, (member) => member.reached(lastId));
    for (const member of this.members) member.complete();
    await this.#all("its leave", (member) => member.leave());
    await audit();
    const { violations, accepted, deliveries } = check(ledger.history);
    report(test, { name, accepted, deliveries, silence });
    expect(violations.slice(0, 20), `${violations.length} violations, the first of them`).to.deep.equal([]);
    expect(accepted).to.be.at.least(least);
  }

  /** Ends whatever a failed run has left; it may be ended already. */
  abandon(): void {
    this.#traffic?.stop();
    for (const member of this.members) member.abandon();
  }

  async #all(what: string, wait: (member: Member) => Promise<void>): Promise<void> {
    await Promise.all(
      this.members.map((member) =>
        within(wait(member), () => `${member.client} to have ${what}; ${this.#story()}`, PATIENCE),
      ),
    );
  }

  /** Something for everyone, behind everything else: who has it has all. */
  async #sayLast(): Promise<number> {
    const send = this.members[0]?.say("", "the end");
    await this.#all("its commands to be answered", (member) => member.idle());
    const answer = send?.answers.at(-1);
    if (answer?.kind !== "accepted") throw new Error(`the last message was not accepted: ${JSON.stringify(answer)}`);
    return answer.id;
  }

  #story(): string {
    const members = this.members.map((one) => `${one.client} ${one.pending} under way, at ${one.lastId}`);
    return `${this.ledger.accepted} accepted; ${members.join("; ")}`;
  }
}
