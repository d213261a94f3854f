import type { ChatClient, Closed, Room } from "../../client/index.ts";
import { Exit } from "../exit.ts";
import type { SessionOfUser } from "../session/openSession.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Context } from "./command.ts";
import { completions } from "./commands.ts";
import { listOnline } from "./list.ts";
import { followPerson } from "./person.ts";
import { followScript } from "./script.ts";
import { ShownMessages } from "./shownMessages.ts";

/** The limit for entering the room after a successful sign-in. */
export const FIRST_CONNECT_MS = 10_000;
/** How long an interrupted client waits for the server to close the stream. */
const CLOSE_TIMEOUT_MS = 500;

/** The collaborators of `stayInRoom`. */
export interface StayOptions {
  readonly client: ChatClient;
  readonly session: SessionOfUser;
  readonly terminal: Terminal;
  /** How many earlier messages to show. */
  readonly recent: number;
}

/** Runs the lines and shows the events, until the user leaves or the room is closed. Resolves with the exit code. */
export async function stayInRoom({ client, session, terminal, recent }: StayOptions): Promise<Exit> {
  const room = client.enter({ token: session.token, recent, firstConnectMs: FIRST_CONNECT_MS });
  const context = { client, room, session, shown: new ShownMessages() };
  const online = new Set<string>();
  terminal.enterRoom((line) => completions(line, online));
  terminal.interrupted.addEventListener("abort", () => leaveAtOnce(room));
  if (terminal.interrupted.aborted) leaveAtOnce(room);

  const caughtUp = Promise.withResolvers<void>();
  const typing = terminal.isInteractive
    ? followPerson(context, terminal)
    : followScript(context, terminal, caughtUp.promise);
  const why = await showEvents(context, terminal, online, caughtUp.resolve);
  caughtUp.resolve();
  terminal.end();
  const code = await typing;
  return code === Exit.FINE ? exitOfClosed(why) : code;
}

/** Shows the events, and keeps `online` current. Resolves when the room is closed. */
async function showEvents(
  context: Context,
  terminal: Terminal,
  online: Set<string>,
  onCaughtUp: () => void,
): Promise<Closed> {
  for await (const event of context.room) {
    context.shown.note(event);
    await terminal.show(event);
    if (event.kind === "caughtUp") onCaughtUp();
    if (event.kind === "caughtUp" && terminal.isInteractive) await showOnline(context, terminal, online, event.again);
    if (event.kind === "presence") {
      for (const username of event.joined) online.add(username);
      for (const username of event.left) online.delete(username);
    }
    if (event.kind === "closed") return event.why;
  }
  return { kind: "aborted" };
}

async function showOnline(context: Context, terminal: Terminal, online: Set<string>, again: boolean): Promise<void> {
  try {
    const item = await listOnline(context);
    online.clear();
    for (const { username } of item.users) online.add(username);
    if (!again) await terminal.show(item);
  } catch {
    // The user did not ask for the list, so its failure is not shown.
  }
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
