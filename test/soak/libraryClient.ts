import { type ChatClient, connect, type Outcome, type Room, type RoomEvent } from "../../src/client/index.ts";
import { Proxy as Network } from "../support/proxy.ts";
import type { Random } from "../support/random.ts";
import { Violation } from "./ledger.ts";
import type { Seat } from "./seat.ts";
import type { Wish } from "./speech.ts";
import { pass, type World } from "./world.ts";

/** Somebody who uses the client library, behind a network that is cut every now and then. */
export class LibraryClient {
  readonly seat: Seat;
  readonly #world: World;
  readonly #random: Random;
  readonly #network: Network;
  readonly #client: ChatClient;

  private constructor(seat: Seat, world: World, random: Random, network: Network) {
    this.seat = seat;
    this.#world = world;
    this.#random = random;
    this.#network = network;
    this.#client = connect({ address: network.address });
  }

  static async start(seat: Seat, world: World, random: Random): Promise<LibraryClient> {
    return new LibraryClient(seat, world, random, await Network.start(world.port));
  }

  /** Comes and goes until the soak closes. */
  async live(): Promise<void> {
    while (!this.#world.closing.aborted) {
      const room = this.#enter();
      const events = this.#read(room);
      const until = Date.now() + this.#random.between(5_000, 40_000);
      while (Date.now() < until && !this.#world.closing.aborted) {
        this.#send(room, this.seat.speak(this.#random));
        if (this.#random.between(1, 30) === 1) this.#network.cut();
        await pass(this.#random.between(50, 600), this.#world);
      }
      if (this.#random.between(1, 3) === 1) room.abort();
      else await room.close();
      await events;
      await pass(this.#random.between(0, 3_000), this.#world);
    }
  }

  /** Comes once more, without saying anything new, and leaves when everything has come and is answered. */
  async finish(): Promise<void> {
    const room = this.#enter();
    await this.#read(room, () => void room.close());
  }

  async close(): Promise<void> {
    this.#client.close();
    await this.#network.close();
  }

  #enter(): Room {
    const { witness, account } = this.seat;
    witness.comeBack();
    const room = this.#client.enter({
      token: account.token,
      resumeAfter: BigInt(witness.cursor),
      backoff: { firstMs: 50, maxMs: 1_000 },
    });
    for (const asked of this.seat.unanswered) this.#send(room, asked);
    return room;
  }

  /** Reads a room to its end; `caughtUp` is called when its replay is over. */
  async #read(room: Room, caughtUp = () => {}): Promise<void> {
    try {
      for await (const event of room) {
        this.#take(event);
        if (room.cursor !== undefined) this.seat.witness.reach(Number(room.cursor.id));
        if (event.kind === "caughtUp") caughtUp();
      }
    } catch (error) {
      this.#world.fail(error);
    }
  }

  #take(event: RoomEvent): void {
    const { witness, account } = this.seat;
    if (event.kind === "message") witness.see({ ...event, id: Number(event.id) });
    else if (event.kind === "gap")
      throw new Violation(`${account.username} was told of a gap, and nothing was forgotten`);
    else if (event.kind === "closed" && event.why.kind !== "left" && event.why.kind !== "aborted") {
      throw new Violation(`${account.username}'s room closed by itself: ${JSON.stringify(event.why)}`);
    }
  }

  #send(room: Room, { command, requestId }: Wish): void {
    this.#ask(room, command, { requestId })
      .then((outcome) => this.#answered(outcome))
      .catch((error) => this.#world.fail(error));
  }

  #ask(room: Room, command: Wish["command"], options: { requestId: string }): Promise<Outcome> {
    switch (command.$case) {
      case "sendAll":
        return room.sendAll(command.value.text, options);
      case "sendTo":
        return room.sendTo(command.value.username, command.value.text, options);
      case "textCommand":
        return room.typed(command.value, options);
      default:
        return room.help(options);
    }
  }

  #answered(outcome: Outcome): void {
    if (outcome.kind === "accepted") this.seat.accepted(outcome.requestId, Number(outcome.id));
    else if (outcome.kind === "rejected") this.seat.rejected(outcome.requestId, outcome.reason);
    else if (outcome.kind === "help") this.seat.helped(outcome.requestId);
  }
}
