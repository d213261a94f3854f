import type { Random } from "../support/random.ts";
import { Connection } from "../support/wire.ts";
import type { Seat } from "./seat.ts";
import { Visit } from "./visit.ts";
import { pass, type World } from "./world.ts";

/** What somebody does in the room: they read and speak, or stop reading for a while, or read in small bites. */
const DOINGS = ["speak", "speak", "speak", "speak", "speak", "speak", "speak", "speak", "stall", "nibble"] as const;
/** How somebody goes. */
const WAYS_OUT = ["leave", "leave", "cancel", "cut", "cut", "logout"] as const;

/** Somebody who comes and goes, on a connection of the bare wire for each visit. */
export class WireClient {
  readonly seat: Seat;
  readonly #world: World;
  readonly #random: Random;

  constructor(seat: Seat, world: World, random: Random) {
    this.seat = seat;
    this.#world = world;
    this.#random = random;
  }

  /** Comes and goes until the soak closes. */
  async live(): Promise<void> {
    const { closing } = this.#world;
    while (!closing.aborted) {
      await this.#onConnection((wire) => this.#visit(wire));
      await pass(this.#random.between(0, 3_000), this.#world);
    }
  }

  /** Comes once more, without saying anything new, and leaves when everything has come and is answered. */
  async finish(): Promise<void> {
    await this.#onConnection(async (wire) => {
      const visit = new Visit(wire, this.seat, this.#world);
      await visit.settled();
      await visit.leave();
    });
  }

  async #onConnection(action: (wire: Connection) => Promise<void>): Promise<void> {
    const wire = await Connection.open({ port: this.#world.port });
    try {
      await action(wire);
    } finally {
      wire.close();
    }
  }

  async #visit(wire: Connection): Promise<void> {
    const visit = new Visit(wire, this.seat, this.#world);
    const until = Date.now() + this.#random.between(2_000, 20_000);
    while (Date.now() < until && !this.#world.closing.aborted) await this.#do(this.#random.oneOf(DOINGS), visit);
    await this.#go(this.#random.oneOf(WAYS_OUT), visit, wire);
  }

  async #do(what: (typeof DOINGS)[number], { chat }: Visit): Promise<void> {
    switch (what) {
      case "speak": {
        const { command, requestId } = this.seat.speak(this.#random);
        chat.send(command, requestId);
        return pass(this.#random.between(50, 600), this.#world);
      }
      case "stall":
        chat.pause();
        await pass(this.#random.between(500, 10_000), this.#world);
        chat.resume();
        return;
      case "nibble":
        for (let bite = 0; bite < 20; bite++) {
          chat.pause();
          await pass(100, this.#world);
          chat.resume();
          await pass(10, this.#world);
        }
    }
  }

  async #go(how: (typeof WAYS_OUT)[number], visit: Visit, wire: Connection): Promise<void> {
    const { account } = this.seat;
    if (how === "leave") return visit.leave();
    visit.ending();
    if (how === "cancel") visit.chat.cancel();
    else if (how === "cut") wire.cut();
    else {
      await wire.list(account.token);
      await wire.logout(account.token);
      await visit.loggedOut();
      account.token = (await wire.login(account.username, account.password)).token;
      return;
    }
    await visit.chat.end();
  }
}
