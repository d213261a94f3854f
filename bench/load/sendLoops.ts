import { Histogram } from "./histogram.ts";
import type { VirtualUser } from "./virtualUser.ts";
import type { VirtualUsers } from "./virtualUsers.ts";

/**
 * A closed loop: keeps a fixed number of messages in flight. When a message has reached every measured user, or was
 * accepted, the next sender sends one.
 */
export class ClosedLoop {
  readonly #users: VirtualUsers;
  readonly #senders: readonly VirtualUser[];
  readonly #underWay: number;
  #left = 0;

  constructor(
    users: VirtualUsers,
    senders: readonly VirtualUser[],
    underWay: number,
    until: "onDeliveredToAll" | "onAccepted" = "onDeliveredToAll",
  ) {
    this.#users = users;
    this.#senders = senders;
    this.#underWay = underWay;
    users.recorder[until] = () => this.#send();
  }

  /** Starts sending, and stops after this many messages. */
  start(total = Number.POSITIVE_INFINITY): void {
    this.#left = total;
    for (let count = 0; count < this.#underWay; count += 1) this.#send();
  }

  /** Sends no more messages. */
  stop(): void {
    this.#left = 0;
  }

  #send(): void {
    if (this.#left <= 0) return;
    this.#left -= 1;
    this.#senders[this.#users.recorder.sent % this.#senders.length]?.send();
  }
}

/** An open loop: sends messages at a fixed rate, whether or not the earlier ones have arrived. */
export class OpenLoop {
  /** How late each message was sent. If this is large, the load could not keep its own schedule. */
  readonly lateness = new Histogram();
  readonly #sender: VirtualUser;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(sender: VirtualUser, perSecond: number) {
    this.#sender = sender;
    this.#intervalMs = 1000 / perSecond;
  }

  start(): void {
    let due = performance.now();
    // The interval starts when the previous message was due, not when it was sent, so that a late message does not
    // lower the rate.
    const send = () => {
      while (due <= performance.now()) {
        this.lateness.add(performance.now() - due);
        this.#sender.send();
        due += this.#intervalMs;
      }
      this.#timer = setTimeout(send, Math.max(0, due - performance.now()));
    };
    send();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
