import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { within } from "../../support/deadline.ts";
import { endProcesses } from "../../support/process.ts";
import type { Random } from "../../support/random.ts";
import { Connection } from "../../support/wire.ts";
import { check } from "../history/check.ts";
import { Ledger } from "./ledger.ts";
import { LibraryMember } from "./libraryMember.ts";
import type { Member, MemberParts } from "./member.ts";
import { report } from "./report.ts";
import { RestartableServer } from "./restartable.ts";
import { Traffic } from "./traffic.ts";
import { WireMember } from "./wireMember.ts";

/** How long a trial waits for anything that must come, in milliseconds. */
export const PATIENCE = 120_000;
/** How many messages every case accounts for, at least. */
const LEAST = 5_000;
const PASSWORD = "a good password";

/** How a trial is made. */
export interface TrialOptions {
  readonly random: Random;
  /** What to put before the server's command, given the trial's folder. */
  readonly prefix?: (folder: string) => readonly string[];
  /** What the server's environment has besides, given the trial's folder. */
  readonly env?: (folder: string) => Record<string, string>;
  /** Messages a second. Default 1,000. */
  readonly rate?: number;
  /** The longest text, in characters. Default 200. */
  readonly maxText?: number;
}

/** A user of a trial. */
export interface User {
  readonly username: string;
  readonly token: string;
}

/** A room of people who talk all the time, behind a proxy, in front of the real server; and what happened, in the end. */
export class Trial {
  /** For the server's data, which are in its `data`, and for whatever else a trial needs. */
  readonly folder: string;
  readonly server: RestartableServer;
  readonly ledger = new Ledger();
  readonly users: readonly User[];
  readonly members: Member[] = [];
  readonly traffic: Traffic;

  private constructor(
    folder: string,
    server: RestartableServer,
    users: readonly User[],
    { random, rate, maxText }: TrialOptions,
  ) {
    this.folder = folder;
    this.server = server;
    this.users = users;
    // Half of them on the wire and half by way of the library; ana and bob are there twice.
    for (const [i, user] of [...users, ...users.slice(0, 2)].entries()) {
      const client = `${user.username}${i < users.length ? "" : "'s other"}`;
      if (i % 2 === 0) this.add(WireMember, user, client);
      else this.add(LibraryMember, user, client);
    }
    this.ledger.begin();
    this.traffic = new Traffic([...this.members], random, rate ?? 1_000, maxText ?? 200);
  }

  /** Starts a server on an empty folder, and a room of members who talk. */
  static async start(folder: string, options: TrialOptions): Promise<Trial> {
    const server = await RestartableServer.start(path.join(folder, "data"), {
      prefix: options.prefix?.(folder) ?? [],
      env: options.env?.(folder) ?? {},
    });
    try {
      return new Trial(folder, server, await registerAll(server.port), options);
    } catch (error) {
      await server.proxy.close();
      throw error;
    }
  }

  /** One more member, who only listens unless told to talk. `port`: default the proxy's. */
  add<M extends Member>(
    way: new (parts: MemberParts) => M,
    { username, token }: User,
    client: string,
    port?: number,
  ): M {
    const { server, ledger } = this;
    const member = new way({ username, token, client, ledger, port: () => port ?? server.proxyPort });
    this.members.push(member);
    return member;
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

  /**
   * Waits until every command is answered and every member has everything, reads the log once more for every user, and lets the
   * history checker decide. `name`: in the report.
   */
  async finish(test: Mocha.Context, name: string): Promise<void> {
    const { ledger } = this;
    await this.accepted(Math.max(0, LEAST - ledger.accepted));
    const silence = ledger.longestSilence;
    this.traffic.stop();
    await this.#all("its commands to be answered", (member) => member.idle());
    const lastId = await this.#sayLast();
    await this.#all(`message ${lastId}`, (member) => member.reached(lastId));
    for (const member of this.members) member.complete();
    await this.#all("its leave", (member) => member.leave());
    for (const user of this.users) await this.#audit(user);
    const { violations, accepted, deliveries } = check(ledger.history);
    report(test, { name, accepted, deliveries, silence });
    expect(violations.slice(0, 20), `${violations.length} violations, the first of them`).to.deep.equal([]);
    expect(accepted).to.be.at.least(LEAST);
  }

  /** Ends everything that a failed trial has left; it may be ended already. */
  async close(): Promise<void> {
    this.traffic.stop();
    for (const member of this.members) member.abandon();
    await this.server.proxy.close();
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

  /** Reads all that a user may see, from the beginning. */
  async #audit({ username, token }: User): Promise<void> {
    const port = this.server.port;
    const auditor = new WireMember({
      username,
      token,
      client: `the audit of ${username}`,
      ledger: this.ledger,
      port: () => port,
    });
    this.members.push(auditor);
    await within(auditor.reached(this.members[0]?.lastId ?? 0), `the audit of ${username}`, PATIENCE);
    auditor.complete();
    await auditor.leave();
  }

  #story(): string {
    const members = this.members.map((one) => `${one.client} ${one.pending} under way, at ${one.lastId}`);
    return `${this.ledger.accepted} accepted; ${members.join("; ")}`;
  }
}

async function registerAll(port: number): Promise<User[]> {
  const wire = await Connection.open({ port });
  try {
    const names = ["ana", "bob", "cid", "dan", "eva"];
    return await Promise.all(
      names.map(async (username) => ({ username, token: (await wire.register(username, PASSWORD)).token })),
    );
  } finally {
    wire.close();
  }
}

/** Trials of a `describe`, each on a folder of its own; nothing of them is left after each test, or after all where that is given. */
export function useTrials(hook: Mocha.HookFunction = afterEach): (options: TrialOptions) => Promise<Trial> {
  const trials: Trial[] = [];
  const folders: string[] = [];
  hook(async () => {
    for (const trial of trials.splice(0)) await trial.close();
    await endProcesses();
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });
  return async (options) => {
    const folder = await mkdtemp(path.join(tmpdir(), "obrolan-fault-"));
    folders.push(folder);
    const trial = await Trial.start(folder, options);
    trials.push(trial);
    return trial;
  };
}
