import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { within } from "../../support/deadline.ts";
import { endProcesses } from "../../support/process.ts";
import { Connection } from "../../support/wire.ts";
import { Crowd, PATIENCE, type Talk, type User } from "./crowd.ts";
import type { Ledger } from "./ledger.ts";
import { LibraryMember } from "./libraryMember.ts";
import type { Member, MemberParts } from "./member.ts";
import { RestartableServer } from "./restartable.ts";
import { WireMember } from "./wireMember.ts";

/** How many messages every case accounts for, at least. */
const LEAST = 5_000;
const PASSWORD = "a good password";

/** How a trial is made. */
export interface TrialOptions extends Talk {
  /** What to put before the server's command, given the trial's folder. */
  readonly prefix?: (folder: string) => readonly string[];
  /** What the server's environment has besides, given the trial's folder. */
  readonly env?: (folder: string) => Record<string, string>;
}

/** A room of people who talk all the time, behind a proxy, in front of the real server; and what happened, in the end. */
export class Trial {
  /** For the server's data, which are in its `data`, and for whatever else a trial needs. */
  readonly folder: string;
  readonly server: RestartableServer;
  readonly users: readonly User[];
  readonly #crowd = new Crowd();

  private constructor(folder: string, server: RestartableServer, users: readonly User[], talk: Talk) {
    this.folder = folder;
    this.server = server;
    this.users = users;
    // Half of them on the wire and half by way of the library; ana and bob are there twice.
    for (const [i, user] of [...users, ...users.slice(0, 2)].entries()) {
      const client = `${user.username}${i < users.length ? "" : "'s other"}`;
      if (i % 2 === 0) this.add(WireMember, user, client);
      else this.add(LibraryMember, user, client);
    }
    this.#crowd.talk(talk);
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

  get ledger(): Ledger {
    return this.#crowd.ledger;
  }

  get members(): readonly Member[] {
    return this.#crowd.members;
  }

  /** One more member, who only listens unless told to talk. `port`: default the proxy's. */
  add<M extends Member>(way: new (parts: MemberParts) => M, user: User, client: string, port?: number): M {
    return this.#crowd.add(way, user, client, () => port ?? this.server.proxyPort);
  }

  /** As of a crowd. */
  accepted(count: number): Promise<void> {
    return this.#crowd.accepted(count);
  }

  /** As of a crowd. */
  everyoneBack(): Promise<void> {
    return this.#crowd.everyoneBack();
  }

  /** As of a crowd. */
  until(what: string, condition: () => boolean): Promise<void> {
    return this.#crowd.until(what, condition);
  }

  /** As of a crowd; the log is read once more for every user. `name`: in the report. */
  async finish(test: Mocha.Context, name: string): Promise<void> {
    const audit = async () => {
      for (const user of this.users) await this.#audit(user);
    };
    await this.#crowd.finish(test, { name, least: LEAST, audit });
  }

  /** Ends everything that a failed trial has left; it may be ended already. */
  async close(): Promise<void> {
    this.#crowd.abandon();
    await this.server.proxy.close();
  }

  /** Reads all that a user may see, from the beginning. */
  async #audit(user: User): Promise<void> {
    const auditor = this.add(WireMember, user, `the audit of ${user.username}`, this.server.port);
    await within(auditor.reached(this.members[0]?.lastId ?? 0), `the audit of ${user.username}`, PATIENCE);
    auditor.complete();
    await auditor.leave();
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
