import { WireUser } from "../rig/wireUser.ts";
import { within } from "../support/deadline.ts";
import { Random } from "../support/random.ts";
import { Connection } from "../support/wire.ts";
import { cancelStreams, guessPasswords, readFrom, readHistory } from "./background.ts";
import { IdleScript } from "./idleScript.ts";
import { LibraryScript } from "./libraryScript.ts";
import { type Account, DEADLINE_MS, optionsOf, type Script, type Soak } from "./shared.ts";
import { leaveOnWire, WireScript } from "./wireScript.ts";

const WIRE_USERS = 30;
const LIBRARY_USERS = 10;
const IDLE_USERS = 2;
/** More than the timeline and the page cache hold: these caches are full, and grow no more, when the soak begins. */
const FIRST_MESSAGES = 12_000;
const FIRST_IN_FLIGHT = 500;
const FIRST_TEXT = "~".repeat(2_000);

/** The names of the users who may be written to. */
export const NAMES = Array.from({ length: WIRE_USERS + LIBRARY_USERS + IDLE_USERS }, (_, i) => `person-${i + 1}`);

/**
 * All virtual users of the soak. Each has random numbers of its own, so that its script does not depend on the
 * others.
 */
export class SoakUsers {
  readonly #soak: Soak;
  readonly #seed: number;
  readonly #scripts: Script[] = [];
  #accounts: Account[] = [];

  constructor(soak: Soak, seed: number) {
    this.#soak = soak;
    this.#seed = seed;
  }

  /** Registers all accounts. One user fills the log, and one reads all of it. */
  async prepare(): Promise<void> {
    const wire = await Connection.open({ port: this.#soak.port });
    const register = async (username: string) => {
      const password = `the password of ${username}`;
      return { username, password, token: (await wire.register(username, password)).token };
    };
    this.#accounts = await Promise.all([...NAMES, "helper"].map(register));
    const founder = await register("founder");
    wire.close();
    await this.#fill(founder);
    await readFrom(0, founder, this.#soak, "first reading of founder");
  }

  /** Runs all scripts until the soak closes. */
  async run(): Promise<void> {
    for (const i of NAMES.keys()) this.#scripts.push(await this.#scriptOf(i));
    const helper = this.#account(NAMES.length);
    await Promise.all([
      ...this.#scripts.map((script) => script.run()),
      cancelStreams(helper, this.#soak, this.#random(1_001)),
      readHistory(helper, this.#soak, this.#random(1_002)),
      guessPasswords(this.#soak, this.#random(1_003)),
    ]);
  }

  /** Every user receives the rest, and leaves. */
  async finish(): Promise<void> {
    // First the commands that were not answered, which may add to the log. Then no user sends any more, and everyone
    // gets the rest of it.
    for (let time = 0; time < 2; time++) await Promise.all(this.#scripts.map((script) => script.finish()));
    for (const { user } of this.#scripts) user.complete();
    for (const script of this.#scripts) await script.close();
  }

  async #fill(founder: Account): Promise<void> {
    const user = new WireUser(optionsOf(founder, this.#soak, 0));
    const { wire, chat } = await user.open();
    for (let i = 1; i <= FIRST_MESSAGES; i++) {
      user.say("", FIRST_TEXT);
      if (i % FIRST_IN_FLIGHT === 0) await within(user.idle(), "the answers to the first messages", DEADLINE_MS);
    }
    await leaveOnWire(user, chat);
    wire.close();
    this.#soak.recorder.left(user.client);
  }

  async #scriptOf(i: number): Promise<Script> {
    const [account, random] = [this.#account(i), this.#random(i)];
    if (i < WIRE_USERS) return new WireScript(account, this.#soak, random);
    if (i < WIRE_USERS + IDLE_USERS) return new IdleScript(account, this.#soak);
    return LibraryScript.start(account, this.#soak, random);
  }

  #account(i: number): Account {
    const account = this.#accounts[i];
    if (account === undefined) throw new Error("the users have not been prepared");
    return account;
  }

  #random(of: number): Random {
    return new Random(this.#seed + of * 7_919);
  }
}
