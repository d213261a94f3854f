import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { LibraryUser } from "../../rig/libraryUser.ts";
import { RestartableServer } from "../../rig/serverProcess.ts";
import { type Account, DEADLINE_MS, type LoadOptions, UserGroup } from "../../rig/userGroup.ts";
import type { VirtualUser, VirtualUserOptions } from "../../rig/virtualUser.ts";
import { WireUser } from "../../rig/wireUser.ts";
import { within } from "../../support/deadline.ts";
import { endProcesses } from "../../support/process.ts";
import { Connection } from "../../support/wire.ts";

/** The least number of messages of a trial. */
const MIN_MESSAGES = 5_000;
const PASSWORD = "a good password";

/** The options of a trial. */
export interface TrialOptions extends LoadOptions {
  /** The command to put before the server's, given the trial's folder. */
  readonly prefix?: (folder: string) => readonly string[];
  /** Additional environment variables of the server, given the trial's folder. */
  readonly env?: (folder: string) => Record<string, string>;
}

/**
 * Virtual users who send all the time, through a proxy, to the real server. The history checker decides at the end.
 */
export class Trial {
  /** The folder of the trial. The server's data is in `data`. */
  readonly folder: string;
  readonly server: RestartableServer;
  readonly accounts: readonly Account[];
  readonly group = new UserGroup();

  private constructor(folder: string, server: RestartableServer, accounts: readonly Account[], load: LoadOptions) {
    this.folder = folder;
    this.server = server;
    this.accounts = accounts;
    // Half of the clients use the wire, and half the library. Two accounts have two clients.
    for (const [i, account] of [...accounts, ...accounts.slice(0, 2)].entries()) {
      const client = `${account.username}${i < accounts.length ? "" : "'s other"}`;
      if (i % 2 === 0) this.add(WireUser, account, client);
      else this.add(LibraryUser, account, client);
    }
    this.group.startLoad(load);
  }

  /** Starts a server on an empty folder, and virtual users who send. */
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

  /** Adds a user who only receives until it is told to send. `port`: default the proxy's. */
  add<U extends VirtualUser>(
    Kind: new (options: VirtualUserOptions) => U,
    account: Account,
    client: string,
    port?: number,
  ): U {
    return this.group.add(Kind, account, client, () => port ?? this.server.proxyPort);
  }

  /** As in `UserGroup`; the audit reads the log once more for every account. `name`: in the report. */
  async finish(test: Mocha.Context, name: string): Promise<void> {
    const audit = async () => {
      for (const account of this.accounts) await this.#audit(account);
    };
    await this.group.finish(test, { name, least: MIN_MESSAGES, audit });
  }

  /** Closes everything, also after a failed test. */
  async close(): Promise<void> {
    this.group.abandon();
    await this.server.proxy.close();
  }

  /** Reads all that an account may see, from the beginning. */
  async #audit(account: Account): Promise<void> {
    const name = `the audit of ${account.username}`;
    const auditor = this.add(WireUser, account, name, this.server.port);
    await within(auditor.reached(this.group.users[0]?.lastId ?? 0), name, DEADLINE_MS);
    auditor.complete();
    await auditor.leave();
  }
}

async function registerAll(port: number): Promise<Account[]> {
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

/**
 * Makes trials, each in a folder of its own. Removes them after each test of a `describe`; with `after` as the hook,
 * after all tests.
 */
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
