import type { ChatClient, Closed, Room, SignedIn } from "../../client/index.ts";
import { Exit } from "../exit.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Context } from "./command.ts";
import { completions } from "./index.ts";
import { whoIsHere } from "./list.ts";
import { followPerson } from "./person.ts";
import { followScript } from "./script.ts";

/** How long it is tried to enter a room whose server has just answered, in milliseconds. */
const FIRST_CONNECT = 10_000;
/** How long one who leaves at once gives the server to hear of it, in milliseconds. */
const PARTING = 500;

/** What staying in the room takes. */
export interface Staying {
  readonly client: ChatClient;
  readonly session: SignedIn;
  readonly terminal: Terminal;
  /** How many earlier messages to show. */
  readonly recent: number;
}

/** Reads lines and shows what happens, until either ends. Resolves with the exit code. */
export async function stayInRoom({ client, session, terminal, recent }: Staying): Promise<Exit> {
  const room = client.enter({ token: session.token, recent, firstConnectMs: FIRST_CONNECT });
  const context = { client, room, session };
  const people = new Set<string>();
  terminal.enterRoom((line) => completions(line, people));
  terminal.interrupted.addEventListener("abort", () => part(room));
  if (terminal.interrupted.aborted) part(room);

  const follow = terminal.person ? followPerson : followScript;
  const typing = follow(context, terminal);
  const why = await showEvents(context, terminal, people);
  terminal.end();
  const code = await typing;
  return code === Exit.FINE ? exitOfClosed(why) : code;
}

/** Shows what happens, and keeps in mind who is there. Resolves when the room is closed. */
async function showEvents(context: Context, terminal: Terminal, people: Set<string>): Promise<Closed> {
  for await (const event of context.room) {
    await terminal.show(event);
    if (event.kind === "caughtUp" && terminal.person) await showWhoIsHere(context, terminal, people, event.again);
    if (event.kind === "presence") {
      for (const username of event.joined) people.add(username);
      for (const username of event.left) people.delete(username);
    }
    if (event.kind === "closed") return event.why;
  }
  return { kind: "aborted" };
}

async function showWhoIsHere(context: Context, terminal: Terminal, people: Set<string>, again: boolean): Promise<void> {
  try {
    const item = await whoIsHere(context);
    people.clear();
    for (const { username } of item.users) people.add(username);
    if (!again) await terminal.show(item);
  } catch {
    // Nobody asked: it would only be nice to know.
  }
}

/** Leaves at once, but not without a word. */
function part(room: Room): void {
  const { kind } = room.state;
  if (kind !== "live" && kind !== "replaying") {
    room.abort();
    return;
  }
  const limit = setTimeout(() => room.abort(), PARTING);
  void room.close().then(() => clearTimeout(limit));
}

function exitOfClosed({ kind }: Closed): Exit {
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
