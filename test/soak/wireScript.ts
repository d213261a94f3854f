import { WireUser } from "../rig/wireUser.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { Code } from "../support/ending.ts";
import type { Random } from "../support/random.ts";
import type { Connection } from "../support/wire.ts";
import { sendSomething } from "./send.ts";
import { type Account, expectOpen, optionsOf, pass, type Script, type Soak, settled } from "./shared.ts";

/** What a user does while it is online: it reads and sends, or stops reading for a while, or reads in small bites. */
const ACTIONS = ["send", "send", "send", "send", "send", "send", "send", "send", "stall", "nibble"] as const;
/** How a user goes offline. */
const EXITS = ["leave", "leave", "cancel", "cut", "cut", "logout"] as const;

/** Comes and goes on bare HTTP/2, with a new connection for each visit. */
export class WireScript implements Script {
  readonly #account: Account;
  readonly #soak: Soak;
  readonly #random: Random;
  readonly user: WireUser;

  constructor(account: Account, soak: Soak, random: Random) {
    this.#account = account;
    this.#soak = soak;
    this.#random = random;
    this.user = new WireUser(optionsOf(account, soak, soak.recorder.lastId));
  }

  async run(): Promise<void> {
    while (!this.#soak.closing.aborted) {
      await this.#visit();
      await pass(this.#random.between(0, 3_000), this.#soak);
    }
  }

  async finish(): Promise<void> {
    await finishOnWire(this.user, this.#soak);
  }

  async close(): Promise<void> {}

  async #visit(): Promise<void> {
    const { wire, chat } = await this.user.open();
    try {
      const open = expectOpen(chat, this.user.client, this.#soak);
      const until = Date.now() + this.#random.between(2_000, 20_000);
      while (Date.now() < until && !this.#soak.closing.aborted) await this.#do(this.#random.oneOf(ACTIONS), chat);
      open.release();
      await this.#exit(this.#random.oneOf(EXITS), chat, wire);
    } finally {
      wire.close();
    }
  }

  async #do(action: (typeof ACTIONS)[number], chat: ChatStream): Promise<void> {
    switch (action) {
      case "send":
        sendSomething(this.user, this.#random, this.#soak.names);
        return pass(this.#random.between(50, 600), this.#soak);
      case "stall":
        chat.pause();
        await pass(this.#random.between(500, 10_000), this.#soak);
        chat.resume();
        return;
      case "nibble":
        for (let bite = 0; bite < 20; bite++) {
          chat.pause();
          await pass(100, this.#soak);
          chat.resume();
          await pass(10, this.#soak);
        }
    }
  }

  async #exit(how: (typeof EXITS)[number], chat: ChatStream, wire: Connection): Promise<void> {
    if (how === "leave") return leaveOnWire(this.user, chat);
    if (how === "logout") return this.#logout(chat, wire);
    if (how === "cancel") chat.cancel();
    else wire.cut();
    await chat.end();
  }

  async #logout(chat: ChatStream, wire: Connection): Promise<void> {
    const { username, password } = this.#account;
    const { token } = this.user;
    await wire.list(token);
    await wire.logout(token);
    const { code } = await chat.end();
    const { goodbye } = this.user;
    if (code !== Code.OK || goodbye !== "LOGGED_OUT") {
      throw new Error(`${username} logged out, and the stream ended with ${code} ${goodbye}`);
    }
    this.user.token = (await wire.login(username, password)).token;
  }
}

/** Opens one more stream, and leaves when the user has everything and all its commands are answered. */
export async function finishOnWire(user: WireUser, soak: Soak): Promise<void> {
  const { wire, chat } = await user.open();
  try {
    const open = expectOpen(chat, user.client, soak);
    await settled(user);
    open.release();
    await leaveOnWire(user, chat);
  } finally {
    wire.close();
  }
}

/** Half-closes the stream. The server then answers every command and ends the stream with `OK`. */
export async function leaveOnWire(user: WireUser, chat: ChatStream): Promise<void> {
  chat.halfClose();
  const { code, message, reset } = await chat.end();
  if (code !== Code.OK)
    throw new Error(`${user.client} left, and the stream ended: ${code} ${message} (reset ${reset})`);
  if (user.pending > 0) throw new Error(`${user.client} left, and ${user.pending} commands were not answered`);
}
