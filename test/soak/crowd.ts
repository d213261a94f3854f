import { Random } from "../support/random.ts";
import { Connection } from "../support/wire.ts";
import { Violation } from "./ledger.ts";
import { LibraryClient } from "./libraryClient.ts";
import { cancelStreams, guessPasswords, readFrom, readHistory } from "./passersBy.ts";
import { Seat } from "./seat.ts";
import { Sleeper } from "./sleeper.ts";
import { Visit } from "./visit.ts";
import { WireClient } from "./wireClient.ts";
import type { Account, World } from "./world.ts";

const WIRE_CLIENTS = 30;
const LIBRARY_CLIENTS = 10;
const SLEEPERS = 2;
/** More than the timeline and the cache of pages hold: what they hold is no leak, and grows no more when the soak begins. */
const FIRST_MESSAGES = 12_000;
const FIRST_UNDER_WAY = 500;

/** The names of those who have a seat. */
export const NAMES = Array.from({ length: WIRE_CLIENTS + LIBRARY_CLIENTS + SLEEPERS }, (_, i) => `person-${i + 1}`);

interface Member {
  readonly seat: Seat;
  live(): Promise<void>;
  finish(): Promise<void>;
}

/** Everybody in the soak. Each has random numbers of their own, so that what one does next hangs on nobody else. */
export class Crowd {
  readonly #world: World;
  readonly #seed: number;
  #people: Account[] = [];
  #helper: Account | undefined;
  #members: Member[] = [];
  #libraryClients: LibraryClient[] = [];

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#seed = seed;
  }

  /** Everybody gets an account, and one fills the log and reads all of it. */
  async prepare(): Promise<void> {
    const wire = await Connection.open({ port: this.#world.port });
    const register = async (username: string) => {
      const password = `the password of ${username}`;
      return { username, password, token: (await wire.register(username, password)).token };
    };
    this.#people = await Promise.all(NAMES.map(register));
    this.#helper = await register("helper");
    const founder = await register("founder");
    await this.#fill(wire, founder);
    await readFrom(0, founder, this.#world);
    wire.close();
  }

  /** Everybody lives until the soak closes. */
  async live(): Promise<void> {
    await this.#seatEverybody();
    const helper = this.#helper as Account;
    await Promise.all([
      ...this.#members.map((member) => member.live()),
      cancelStreams(helper, this.#world, this.#random(1_001)),
      readHistory(helper, this.#world, this.#random(1_002)),
      guessPasswords(this.#world, this.#random(1_003)),
    ]);
  }

  /** Everybody gets what is still to come, and leaves. Throws a `Violation` where somebody did not get all. */
  async finish(): Promise<void> {
    // First what was not answered, which may add to the log; then, when nobody says anything any more, the rest of it.
    for (let time = 0; time < 2; time++) await Promise.all(this.#members.map((member) => member.finish()));
    for (const client of this.#libraryClients) await client.close();
    const { head } = this.#world.ledger;
    for (const { seat } of this.#members) {
      seat.witness.settle();
      const { checked } = seat.witness;
      if (checked < head) throw new Violation(`${seat.account.username} came only to ${checked} of ${head}`);
    }
  }

  async #fill(wire: Connection, founder: Account): Promise<void> {
    // To everyone: nobody else is there yet.
    const seat = new Seat(founder, { ...this.#world, names: [""] });
    const visit = new Visit(wire, seat, this.#world);
    const random = this.#random(1_000);
    for (let i = 0; i < FIRST_MESSAGES; i++) {
      const { command, requestId } = seat.speak(random);
      visit.chat.send(command, requestId);
      if (i % FIRST_UNDER_WAY === 0) await visit.answered(FIRST_UNDER_WAY);
    }
    await visit.settled();
    await visit.leave();
  }

  async #seatEverybody(): Promise<void> {
    for (const [i, account] of this.#people.entries()) {
      const seat = new Seat(account, this.#world);
      const random = this.#random(i);
      if (i < WIRE_CLIENTS) this.#members.push(new WireClient(seat, this.#world, random));
      else if (i < WIRE_CLIENTS + SLEEPERS) this.#members.push(new Sleeper(seat, this.#world));
      else {
        const client = await LibraryClient.start(seat, this.#world, random);
        this.#libraryClients.push(client);
        this.#members.push(client);
      }
    }
  }

  #random(of: number): Random {
    return new Random(this.#seed + of * 7_919);
  }
}
