import { WireUser } from "../rig/wireUser.ts";
import { type Account, expectOpen, optionsOf, pass, type Script, type Soak, settled } from "./shared.ts";
import { finishOnWire } from "./wireScript.ts";

/** Longer than the server lets a client leave a response unread, in milliseconds. */
const IDLE_MS = 200_000;

/** Catches up, then reads nothing until the server resets the stream. Then it comes back, and must miss nothing. */
export class IdleScript implements Script {
  readonly #soak: Soak;
  readonly user: WireUser;

  constructor(account: Account, soak: Soak) {
    this.#soak = soak;
    this.user = new WireUser(optionsOf(account, soak, soak.recorder.lastId));
  }

  async run(): Promise<void> {
    while (!this.#soak.closing.aborted) {
      const { wire, chat } = await this.user.open();
      try {
        const open = expectOpen(chat, this.user.client, this.#soak);
        await settled(this.user);
        open.release();
        chat.pause();
        await Promise.race([chat.ended, pass(IDLE_MS, this.#soak)]);
      } finally {
        wire.close();
      }
    }
  }

  async finish(): Promise<void> {
    await finishOnWire(this.user, this.#soak);
  }

  async close(): Promise<void> {}
}
