import type { Person, TestServer } from "./server.ts";
import { Terminal, type TerminalOptions } from "./terminal.ts";

/** The options of a terminal with the client. */
export interface ClientTerminalOptions extends TerminalOptions {
  readonly args?: string[];
  /** The address to connect to. Default: the server's. */
  readonly at?: string;
}

/** Opens terminals that run the client, and closes them after each test of a `describe`. */
export function useTerminals(server: TestServer) {
  const terminals: Terminal[] = [];

  afterEach(async () => {
    await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
  });

  /** A terminal that has just started the client. */
  function open({ args = [], at = `127.0.0.1:${server.port}`, ...options }: ClientTerminalOptions = {}): Terminal {
    const terminal = new Terminal(["--server", at, ...args], options);
    terminals.push(terminal);
    return terminal;
  }

  /** A terminal whose user is in the room. */
  async function enter(person: Person, options?: ClientTerminalOptions): Promise<Terminal> {
    const terminal = open(options);
    await terminal.shows("login NAME [PASSWORD]");
    terminal.enter(`login ${person.username} ${person.password}`);
    await terminal.shows(/\d+ here:/);
    return terminal;
  }

  return { open, enter };
}
