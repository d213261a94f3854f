import type { Closed } from "../../client/index.ts";
import type { Item } from "../terminal/item.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { SessionOfUser } from "./openSession.ts";

/** Reasons of a `closed` room after which the server accepts the session no longer. */
const OVER = ["LOGGED_OUT", "SESSION_EXPIRED"];
const LOGOUT = /^\s*\/?logout\s*$/i;

/** What a `sessionTerminal` needs. */
export interface SessionTerminalOptions {
  readonly session: SessionOfUser;
  /** A line that was read before the room, and that is the first of it. */
  readonly firstLine: string | undefined;
  /** The session is over, or the user asks for its end. May be called several times. */
  readonly onOver: () => void;
}

/**
 * The terminal of a user with a session. It begins with `firstLine`, shows the name of a user who brought only a token,
 * and notices the end of the session. A session also counts as over if its `logout` then fails: a person who typed it
 * must not find themselves signed in at the next start.
 */
export function sessionTerminal(terminal: Terminal, options: SessionTerminalOptions): Terminal {
  const { onOver } = options;
  let { firstLine } = options;
  let { username } = options.session;
  return withMethods(terminal, {
    async line() {
      const line = firstLine ?? (await terminal.line());
      firstLine = undefined;
      if (line !== undefined && LOGOUT.test(line)) onOver();
      return line;
    },
    async show(item) {
      if (item.kind === "connected" && username === "") {
        username = item.username;
        await terminal.show({ kind: "signedIn", username, created: false, kept: true });
      }
      if (isOver(item)) onOver();
      await terminal.show(item.kind === "loggedOut" ? { ...item, username } : item);
    },
  });
}

function isOver(item: Item): boolean {
  return item.kind === "loggedOut" || (item.kind === "closed" && hasEndedSession(item.why));
}

function hasEndedSession(why: Closed): boolean {
  return why.kind === "unauthenticated" || (why.kind === "dismissed" && OVER.includes(why.reason));
}

/** A terminal with some of its methods replaced. */
function withMethods(terminal: Terminal, replaced: Partial<Terminal>): Terminal {
  return new Proxy(terminal, {
    get(target, key) {
      const own: unknown = Reflect.get(replaced, key);
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
