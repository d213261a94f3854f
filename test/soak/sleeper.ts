import { Connection } from "../support/wire.ts";
import type { Seat } from "./seat.ts";
import { Visit } from "./visit.ts";
import { pass, type World } from "./world.ts";

/** Longer than a server lets a response go untaken, in milliseconds. */
const ASLEEP = 200_000;

/** Somebody who joins and reads nothing, until the server resets the stream; then they come back, and have missed nothing. */
export class Sleeper {
  readonly seat: Seat;
  readonly #world: World;
  #resets = 0;

  constructor(seat: Seat, world: World) {
    this.seat = seat;
    this.#world = world;
  }

  /** How often the server has reset their stream. */
  get resets(): number {
    return this.#resets;
  }

  async live(): Promise<void> {
    while (!this.#world.closing.aborted) await this.#visit(false);
  }

  async finish(): Promise<void> {
    await this.#visit(true);
  }

  async #visit(isAwake: boolean): Promise<void> {
    const wire = await Connection.open({ port: this.#world.port });
    try {
      const visit = new Visit(wire, this.seat, this.#world);
      await visit.settled();
      if (isAwake) return await visit.leave();
      visit.ending();
      visit.chat.pause();
      const isReset = visit.chat.ended.then(() => true);
      if (await Promise.race([isReset, pass(ASLEEP, this.#world)])) this.#resets += 1;
    } finally {
      wire.close();
    }
  }
}
