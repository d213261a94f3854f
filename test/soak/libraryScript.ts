import { LibraryUser } from "../rig/libraryUser.ts";
import { Proxy as NetworkProxy } from "../support/proxy.ts";
import type { Random } from "../support/random.ts";
import { sendSomething } from "./send.ts";
import { type Account, optionsOf, pass, type Script, type Soak, settled } from "./shared.ts";

/** So long that a busy machine does not look like a dead connection, in milliseconds. */
const KEEPALIVE_TIMEOUT_MS = 20_000;

/** Comes and goes with the client library, behind a network that is cut every now and then. */
export class LibraryScript implements Script {
  readonly #soak: Soak;
  readonly #random: Random;
  readonly #network: NetworkProxy;
  readonly user: LibraryUser;

  private constructor(account: Account, soak: Soak, random: Random, network: NetworkProxy) {
    this.#soak = soak;
    this.#random = random;
    this.#network = network;
    const options = { ...optionsOf(account, soak, soak.recorder.lastId), port: () => network.port };
    this.user = new LibraryUser(options, KEEPALIVE_TIMEOUT_MS);
  }

  static async start(account: Account, soak: Soak, random: Random): Promise<LibraryScript> {
    return new LibraryScript(account, soak, random, await NetworkProxy.start(soak.port));
  }

  async run(): Promise<void> {
    while (!this.#soak.closing.aborted) {
      this.user.start();
      const until = Date.now() + this.#random.between(5_000, 40_000);
      while (Date.now() < until && !this.#soak.closing.aborted) {
        sendSomething(this.user, this.#random, this.#soak.names);
        if (this.#random.between(1, 30) === 1) this.#network.cut();
        await pass(this.#random.between(50, 600), this.#soak);
      }
      await this.user.exit(this.#random.between(1, 3) === 1);
      await pass(this.#random.between(0, 3_000), this.#soak);
    }
  }

  async finish(): Promise<void> {
    this.user.start();
    await settled(this.user);
    await this.user.exit();
  }

  async close(): Promise<void> {
    await this.user.leave();
    await this.#network.close();
  }
}
