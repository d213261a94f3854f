import { WireUser } from "../rig/wireUser.ts";
import { join } from "../support/commands.ts";
import type { Random } from "../support/random.ts";
import { Connection, failure } from "../support/wire.ts";
import { type Account, optionsOf, pass, type Soak, settled } from "./shared.ts";

/** A reader of the log begins at most this many messages before the head. */
export const FURTHEST_BACK = 8_000;

/** Opens streams and cancels them in any state, many on one connection. */
export async function cancelStreams(account: Account, soak: Soak, random: Random): Promise<void> {
  while (!soak.closing.aborted) {
    const wire = await Connection.open({ port: soak.port });
    for (let i = random.between(1, 30); i > 0; i--) {
      const chat = wire.chat(account.token, { take: () => {} });
      const start = Math.max(0, soak.recorder.lastId - random.between(0, 2_000));
      if (random.between(1, 4) > 1) chat.send(join({ resumeAfter: BigInt(start) }));
      if (random.between(1, 3) > 1) await pass(random.between(0, 30), soak);
      if (random.between(1, 4) === 1) chat.pause();
      chat.cancel();
      await chat.end();
    }
    if (random.between(1, 2) === 1) wire.cut();
    wire.close();
    await pass(random.between(0, 1_000), soak);
  }
}

/** Reads the log from a random message to its head, again and again. */
export async function readHistory(account: Account, soak: Soak, random: Random): Promise<void> {
  for (let reading = 1; !soak.closing.aborted; reading++) {
    const start = Math.max(0, soak.recorder.lastId - random.between(0, FURTHEST_BACK));
    await readFrom(start, account, soak, `reading ${reading} of ${account.username}`);
    await pass(random.between(2_000, 10_000), soak);
  }
}

/** Reads the log from a cursor to its head. `client`: the name under which the reader is recorded. */
export async function readFrom(start: number, account: Account, soak: Soak, client: string): Promise<void> {
  const user = new WireUser(optionsOf(account, soak, start, client));
  const { wire, chat } = await user.open();
  try {
    await settled(user);
    chat.cancel();
    await chat.end();
  } finally {
    wire.close();
    soak.recorder.left(client);
  }
}

/** Tries wrong passwords for names that do not exist. */
export async function guessPasswords(soak: Soak, random: Random): Promise<void> {
  while (!soak.closing.aborted) {
    const wire = await Connection.open({ port: soak.port });
    const name = `nobody-${random.between(1, 1_000_000)}`;
    const { reason } = await failure(wire.login(name, "no password of anybody"));
    if (reason !== "BAD_CREDENTIALS") throw new Error(`the unknown user ${name} was rejected with ${reason}`);
    wire.close();
    await pass(random.between(1_000, 5_000), soak);
  }
}
