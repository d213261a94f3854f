import type { ChatClient, Closed } from "../../../client/index.ts";
import type { Catalogue } from "../../catalogue/index.ts";
import { keyHelp } from "../../editor/keymap.ts";
import type { Exit } from "../../exit.ts";
import type { SessionOfUser } from "../../session/openSession.ts";
import type { PreferenceStore } from "../../session/preferences.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import type { Context } from "../command.ts";
import { Attention } from "./attention.ts";
import { complete } from "./completion.ts";
import { PersonEvents } from "./events.ts";
import { PersonLines } from "./lines.ts";
import { Names } from "./names.ts";
import { Online } from "./online.ts";
import type { PersonContext } from "./ownCommand.ts";
import { PendingLines } from "./pendingLines.ts";
import { ReadMarker } from "./readMarker.ts";
import { StatusRow } from "./statusRow.ts";

/** The collaborators of `stayAsPerson`. */
export interface PersonStayOptions {
  readonly client: ChatClient;
  readonly session: SessionOfUser;
  readonly terminal: Terminal;
  /** The server's address, for the status. */
  readonly server: string;
  readonly isEncrypted: boolean;
  /** What is said to the person. */
  readonly words: Catalogue;
  readonly preferences: PreferenceStore;
  /** The session has ended: by `logout`, or by the server. A session that is kept must be removed. Never rejects. */
  readonly forgetSession: () => Promise<void>;
}

/** The end of a stay in the room. */
export interface Stayed {
  readonly why: Closed;
  /** The exit code of the lines. */
  readonly code: Exit;
}

/** The reasons for which the server ends a session for good. */
const SESSION_ENDED = new Set(["LOGGED_OUT", "SESSION_EXPIRED"]);

/** Lets a person stay in the room: runs the lines that they type, and shows what happens. */
export async function stayAsPerson(context: Context, options: PersonStayOptions): Promise<Stayed> {
  const { client, session, terminal, preferences, server, isEncrypted, forgetSession } = options;
  const words = options.words.room;
  const { username } = session;
  const online = new Online();
  const names = new Names(online, username);
  const pending = new PendingLines((lines) => terminal.setPending(lines));
  const marker = new ReadMarker({ client, token: session.token });
  const status = new StatusRow({ terminal, online, preferences, fixed: { server, isEncrypted, username } });
  const attention = new Attention({ terminal, preferences, words, ownName: username });
  terminal.enterRoom((before) => complete(before, { names: names.all(), says: preferences.read().says }));

  const closed = new AbortController();
  const events = new PersonEvents({
    context,
    terminal,
    words,
    preferences,
    online,
    listeners: [context.shown, names, pending, marker, status, attention],
    onOnline: () => status.refresh(),
  });
  const personContext: PersonContext = {
    ...context,
    words,
    preferences,
    keys: keyHelp(options.words.editor),
    readUpToAtEntry: () => marker.atEntry,
  };
  const lines = new PersonLines({
    context: personContext,
    terminal,
    pending,
    names,
    events: {
      onLine: () => {
        status.onLine();
        marker.onLine();
      },
      onPreferences: () => status.refresh(),
      beforeLogout: () => marker.finish(),
      afterLogout: forgetSession,
      gone: AbortSignal.any([terminal.interrupted, closed.signal]),
    },
  });
  const typing = lines.follow();
  const why = await events.follow();
  closed.abort();
  terminal.end();
  const code = await typing;
  if (hasSessionEnded(why)) await forgetSession();
  else await marker.finish();
  return { why, code };
}

function hasSessionEnded(why: Closed): boolean {
  return why.kind === "unauthenticated" || (why.kind === "dismissed" && SESSION_ENDED.has(why.reason));
}
