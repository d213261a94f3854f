import type { Person, TestServer } from "./server.ts";
import { Terminal, type TerminalOptions } from "./terminal.ts";

/** How a test opens a terminal. */
export interface Opening extends TerminalOptions {
  readonly args?: string[];
  /** Which address to connect to; default: the server's own. */
  readonly at?: string;
}

/** Opens terminals with the client in them, which are closed after each test of a `describe`. */
export function useTerminals(server: TestServer) {
  const terminals: Terminal[] = [];

  afterEach(async () => {
    await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
  });

  /** A terminal with the first screen, or what comes instead. */
  function open({ args = [], at = `127.0.0.1:${server.port}`, ...options }: Opening = {}): Terminal {
    const terminal = new Terminal(["--server", at, ...args], options);
    terminals.push(terminal);
    return terminal;
  }

  /** A terminal whose user is in the room. */
  async function enter(person: Person, opening?: Opening): Promise<Terminal> {
    const terminal = open(opening);
    await terminal.shows("login NAME [PASSWORD]");
    terminal.enter(`login ${person.username} ${person.password}`);
    await terminal.shows(/\d+ here:/);
    return terminal;
  }

  return { open, enter };
}
