import { ChatResponse, type Event } from "../../src/gen/obrolan/v1/chat.ts";
import type { ChatStream } from "../support/chat-stream.ts";
import { join } from "../support/commands.ts";
import { Code } from "../support/ending.ts";
import { nameOf } from "../support/expect.ts";
import type { Connection } from "../support/wire.ts";
import { Violation } from "./ledger.ts";
import type { Seat } from "./seat.ts";
import type { World } from "./world.ts";

/** How long the soak waits for anything that has to come, in milliseconds: longer than a slow reader needs to catch up. */
const DEADLINE = 60_000;

/** One stream of somebody, on the bare wire: it begins where the last one ended, and sends again what was not answered. */
export class Visit {
  readonly chat: ChatStream;
  readonly #seat: Seat;
  readonly #world: World;
  #caughtUp = false;
  #goodbye: string | undefined;
  #isEnding = false;

  constructor(wire: Connection, seat: Seat, world: World) {
    this.#seat = seat;
    this.#world = world;
    seat.witness.comeBack();
    this.chat = wire.chat(seat.account.token, { take: (response) => this.#take(response), deadline: DEADLINE });
    this.chat.send(join({ resumeAfter: BigInt(seat.witness.cursor) }), "join");
    for (const { command, requestId } of seat.unanswered) this.chat.send(command, requestId);
    this.chat.ended.then(({ code, message, reset }) => {
      if (this.#isEnding) return;
      world.fail(
        new Violation(`${seat.account.username}'s stream ended by itself: ${code} ${message} (reset ${reset})`),
      );
    });
  }

  /** The stream is about to end, and that is no surprise. */
  ending(): void {
    this.#isEnding = true;
  }

  /** Waits until the replay is over and everything is answered. */
  async settled(): Promise<void> {
    const isSettled = () => (this.#caughtUp && this.#seat.waiting === 0 ? true : undefined);
    await this.chat.until("the replay and every answer", isSettled);
  }

  /** Waits until no more than so many commands are unanswered. */
  async answered(left: number): Promise<void> {
    await this.chat.until("answers", () => (this.#seat.waiting <= left ? true : undefined));
  }

  /** Ends its side, and sees to it that everything was answered. */
  async leave(): Promise<void> {
    this.ending();
    this.chat.halfClose();
    const { code, message, reset } = await this.chat.end();
    const { unanswered, account } = this.#seat;
    if (code !== Code.OK)
      throw new Violation(`${account.username} left, and it ended ${code} ${message} (reset ${reset})`);
    if (unanswered.length > 0)
      throw new Violation(`${account.username} left, and ${unanswered[0]?.requestId} was not answered`);
  }

  /** Waits for the end that a `Logout` brings. */
  async loggedOut(): Promise<void> {
    const { code } = await this.chat.end();
    if (code === Code.OK && this.#goodbye === "LOGGED_OUT") return;
    throw new Violation(`${this.#seat.account.username} logged out, and the stream ended ${code} ${this.#goodbye}`);
  }

  #take(response: Buffer): void {
    try {
      const { events, cursor } = ChatResponse.decode(response);
      for (const event of events) this.#read(event);
      this.#seat.witness.reach(Number(cursor));
    } catch (error) {
      this.#world.fail(error);
    }
  }

  #read({ event, requestId }: Event): void {
    const { witness, account } = this.#seat;
    switch (event?.$case) {
      case "message":
        witness.see({ ...event.value, id: Number(event.value.id) });
        break;
      case "accepted":
        this.#seat.accepted(requestId, Number(event.value.id));
        break;
      case "rejected":
        this.#seat.rejected(requestId, nameOf(event.value.reason));
        break;
      case "help":
        this.#seat.helped(requestId);
        break;
      case "caughtUp":
        if (this.#caughtUp) throw new Violation(`${account.username} caught up twice on one stream`);
        this.#caughtUp = true;
        break;
      case "goodbye":
        this.#goodbye = nameOf(event.value.reason);
        break;
      case "gap":
        throw new Violation(`${account.username} was told of a gap, and nothing was forgotten`);
    }
  }
}
