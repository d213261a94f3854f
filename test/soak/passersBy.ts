import { ChatResponse } from "../../src/gen/obrolan/v1/chat.ts";
import { join } from "../support/commands.ts";
import type { Random } from "../support/random.ts";
import { Connection, failure } from "../support/wire.ts";
import { Violation } from "./ledger.ts";
import { Witness } from "./witness.ts";
import { type Account, pass, type World } from "./world.ts";

/** How far back somebody looks who reads the log, at most; in messages. */
const HISTORY = 8_000;
/** How long a replay may take, in milliseconds. */
const DEADLINE = 60_000;

/** Opens streams and cancels them, wherever they have come to meanwhile, many on one connection. */
export async function cancelStreams(account: Account, world: World, random: Random): Promise<number> {
  let cancelled = 0;
  while (!world.closing.aborted) {
    const wire = await Connection.open({ port: world.port });
    for (let i = random.between(1, 30); i > 0; i--) {
      const chat = wire.chat(account.token, { take: () => {} });
      const back = random.between(0, 2_000);
      if (random.between(1, 4) > 1) chat.send(join({ resumeAfter: BigInt(Math.max(0, world.ledger.head - back)) }));
      if (random.between(1, 3) > 1) await pass(random.between(0, 30), world);
      if (random.between(1, 4) === 1) chat.pause();
      chat.cancel();
      await chat.end();
      cancelled += 1;
    }
    if (random.between(1, 2) === 1) wire.cut();
    wire.close();
    await pass(random.between(0, 1_000), world);
  }
  return cancelled;
}

/** Reads the log from somewhere behind to its head, again and again, and checks it as everybody else does. */
export async function readHistory(account: Account, world: World, random: Random): Promise<void> {
  while (!world.closing.aborted) {
    await readFrom(Math.max(0, world.ledger.head - random.between(0, HISTORY)), account, world);
    await pass(random.between(2_000, 10_000), world);
  }
}

/** Reads the log from a cursor to its head, and checks it. */
export async function readFrom(start: number, account: Account, world: World): Promise<void> {
  const witness = new Witness(account.username, world.ledger, start);
  let caughtUp = false;
  const take = (bytes: Buffer) => {
    try {
      const { events, cursor } = ChatResponse.decode(bytes);
      for (const { event } of events) {
        if (event?.$case === "message") witness.see({ ...event.value, id: Number(event.value.id) });
        caughtUp ||= event?.$case === "caughtUp";
      }
      witness.reach(Number(cursor));
    } catch (error) {
      world.fail(error);
    }
  };
  const wire = await Connection.open({ port: world.port });
  try {
    const chat = wire.chat(account.token, { take, deadline: DEADLINE });
    chat.send(join({ resumeAfter: BigInt(start) }));
    await chat.until("the end of the replay", () => caughtUp || undefined);
    chat.cancel();
    await chat.end();
  } finally {
    wire.close();
  }
}

/** Tries passwords that are none, for names that are and that are not. */
export async function guessPasswords(world: World, random: Random): Promise<void> {
  while (!world.closing.aborted) {
    const wire = await Connection.open({ port: world.port });
    const name = `nobody-${random.between(1, 1_000_000)}`;
    const { reason } = await failure(wire.login(name, "no password of anybody"));
    if (reason !== "BAD_CREDENTIALS") throw new Violation(`${name}, who is not there, was refused with ${reason}`);
    wire.close();
    await pass(random.between(1_000, 5_000), world);
  }
}
