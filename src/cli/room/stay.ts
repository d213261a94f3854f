import type { Closed, Room } from "../../client/index.ts";
import { Exit } from "../exit.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Context } from "./command.ts";
import { type PersonStayOptions, type Stayed, stayAsPerson } from "./person/stay.ts";
import { followScript } from "./script.ts";
import { ShownMessages } from "./shownMessages.ts";

/** The limit for entering the room after a successful sign-in. */
export const FIRST_CONNECT_MS = 10_000;
/** How long an interrupted client waits for the server to close the stream. */
const CLOSE_TIMEOUT_MS = 500;

/** The collaborators of `stayInRoom`. */
export interface StayOptions extends PersonStayOptions {
  /** How many earlier messages to show. */
  readonly recent: number;
}

/** Runs the lines and shows the events, until the user leaves or the room is closed. Resolves with the exit code. */
export async function stayInRoom(options: StayOptions): Promise<Exit> {
  const { client, session, terminal, recent } = options;
  const room = client.enter({ token: session.token, recent, firstConnectMs: FIRST_CONNECT_MS });
  const context = { client, room, session, shown: new ShownMessages() };
  terminal.interrupted.addEventListener("abort", () => leaveAtOnce(room));
  if (terminal.interrupted.aborted) leaveAtOnce(room);
  const stayed = terminal.isInteractive ? stayAsPerson(context, options) : stayAsScript(context, terminal);
  const { why, code } = await stayed;
  return code === Exit.FINE ? exitOfClosed(why) : code;
}

async function stayAsScript(context: Context, terminal: Terminal): Promise<Stayed> {
  const caughtUp = Promise.withResolvers<void>();
  const typing = followScript(context, terminal, caughtUp.promise);
  const why = await showEvents(context, terminal, caughtUp.resolve);
  caughtUp.resolve();
  terminal.end();
  return { why, code: await typing };
}

/** Shows the events of the room as they are. Resolves when the room is closed. */
async function showEvents({ room, shown }: Context, terminal: Terminal, onCaughtUp: () => void): Promise<Closed> {
  for await (const event of room) {
    shown.note(event);
    await terminal.show(event);
    if (event.kind === "caughtUp") onCaughtUp();
    if (event.kind === "closed") return event.why;
  }
  return { kind: "aborted" };
}

/** Leaves at once, but gives the server a moment to close the stream, so that others see the user leave. */
export function leaveAtOnce(room: Room): void {
  const { kind } = room.state;
  if (kind !== "live" && kind !== "replaying") {
    room.abort();
    return;
  }
  const limit = setTimeout(() => room.abort(), CLOSE_TIMEOUT_MS);
  void room.close().then(() => clearTimeout(limit));
}

/** The exit code of a program whose room is closed. */
export function exitOfClosed({ kind }: Closed): Exit {
  switch (kind) {
    case "left":
    case "aborted":
      return Exit.FINE;
    case "unreached":
      return Exit.UNREACHED;
    case "dismissed":
    case "unauthenticated":
      return Exit.REFUSED;
  }
}
