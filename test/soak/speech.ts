import { type Command, help, sendAll, sendTo, typed } from "../support/commands.ts";
import type { Random } from "../support/random.ts";
import type { Ledger } from "./ledger.ts";
import { type Said, textOf } from "./text.ts";

/** Something that a client asks for, and that may be asked for again under the same id. */
export interface Wish {
  readonly requestId: string;
  readonly command: Command;
  /** What will be in the log where it is accepted; `undefined`: it must not be accepted. */
  readonly said: Said | undefined;
  /** The reasons for which it may be refused. */
  readonly refusals: readonly string[];
}

/** In bytes. Long, so that whoever sleeps for a minute is behind the timeline, and reads pages. */
const LONGEST = 4_000;

/** Makes up what somebody says: to everyone, to one, to themselves, typed, a cry for help, or what must be refused. */
export function wish(from: string, parts: { random: Random; ledger: Ledger; names: readonly string[] }): Wish {
  const { random, ledger, names } = parts;
  const dice = random.between(1, 100);
  if (dice <= 5) return { requestId: `help ${random.between(1, 1e9)}`, command: help, said: undefined, refusals: [] };
  if (dice <= 7) {
    const requestId = `empty ${random.between(1, 1e9)}`;
    return { requestId, command: sendAll(""), said: undefined, refusals: ["TEXT_EMPTY"] };
  }
  const to = dice <= 35 ? random.oneOf(names) : "";
  const said = ledger.next(from, to);
  const text = textOf(said, random.between(10, LONGEST));
  const command = to === "" ? sendAll(text) : sendTo(to, text);
  const line = to === "" ? `sendall ${text}` : `sendto ${to} ${text}`;
  return {
    requestId: `${said.number}`,
    command: random.between(1, 10) === 1 ? typed(line) : command,
    said,
    // Whoever has just left is not online.
    refusals: to === "" ? [] : ["RECIPIENT_OFFLINE"],
  };
}
