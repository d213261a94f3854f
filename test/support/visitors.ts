import { CATALOGUES, type Language } from "../../src/cli/catalogue/index.ts";
import type { Exit } from "../../src/cli/exit.ts";
import { stayInRoom } from "../../src/cli/room/stay.ts";
import { MemoryPreferences, type Preferences } from "../../src/cli/session/preferences.ts";
import { type ChatClient, connect } from "../../src/client/index.ts";
import { within } from "./deadline.ts";
import { RecordingTerminal } from "./recordingTerminal.ts";
import type { Person, TestServer } from "./server.ts";

/** How a visitor comes in. */
export interface VisitOptions {
  readonly recent?: number;
  readonly preferences?: Partial<Preferences>;
  readonly language?: Language;
  /** The address to connect to. Default: the server's. */
  readonly at?: string;
}

/** A person in the room, at a recording terminal. */
export interface Visitor {
  readonly terminal: RecordingTerminal;
  readonly client: ChatClient;
  readonly preferences: MemoryPreferences;
  /** How often the kept session was to be forgotten. */
  readonly forgotten: () => number;
  /** Waits for the end of the stay. Resolves with the exit code. */
  exit(): Promise<Exit>;
}

/** Lets persons stay in the room through the real client library, until the end of each test of a `describe`. */
export function useVisitors(server: TestServer) {
  const endings: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    await Promise.all(endings.splice(0).map((end) => end()));
  });

  /** Enters the room as a person. Does not wait for the room. */
  function enter(person: Person, options: VisitOptions = {}): Visitor {
    const { recent = 0, language = "en", at = `127.0.0.1:${server.port}` } = options;
    const client = connect({ address: at });
    const terminal = new RecordingTerminal();
    const preferences = new MemoryPreferences(options.preferences);
    let forgotten = 0;
    const staying = stayInRoom({
      client,
      session: { token: person.token, username: person.username },
      terminal,
      recent,
      server: at,
      isEncrypted: false,
      words: CATALOGUES[language],
      preferences,
      forgetSession: async () => {
        forgotten += 1;
      },
    });
    endings.push(async () => {
      terminal.interrupt();
      await staying;
      client.close();
    });
    const exit = () => within(staying, "the visitor to leave");
    return { terminal, client, preferences, forgotten: () => forgotten, exit };
  }

  /** Enters the room as a person, and waits until the room has caught up and who is online is known. */
  async function visit(person: Person, options?: VisitOptions): Promise<Visitor> {
    const visitor = enter(person, options);
    await visitor.terminal.shows("caughtUp");
    await visitor.terminal.until("who is online", () => {
      const { status } = visitor.terminal;
      return (
        status?.connection.kind === "live" && (status.here !== undefined || options?.preferences?.presence === "off")
      );
    });
    return visitor;
  }

  return { enter, visit };
}
