import type { Closed, PresenceEvent, RoomEvent } from "../../../client/index.ts";
import type { Catalogue } from "../../catalogue/index.ts";
import type { PreferenceStore } from "../../session/preferences.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import type { Context } from "../command.ts";
import { listOnline } from "../list.ts";
import { Entry } from "./entry.ts";
import type { Online } from "./online.ts";
import { note } from "./ownCommand.ts";
import { type Delay, PresenceGathering } from "./presenceGathering.ts";

/** With more users online than this, joins and leaves are by default not shown, nor is the list of them on entry. */
const FEW_USERS = 20;

/** The collaborators of `PersonEvents`. */
export interface PersonEventsOptions {
  readonly context: Context;
  readonly terminal: Terminal;
  readonly words: Catalogue["room"];
  readonly preferences: PreferenceStore;
  /** Kept current. */
  readonly online: Online;
  /** Each is told of every event after it has been shown. */
  readonly listeners: readonly { note(event: RoomEvent): void }[];
  /** `online` was replaced. */
  readonly onOnline: () => void;
  readonly delay?: Delay;
}

/** Shows a person the events of the room. */
export class PersonEvents {
  readonly #options: PersonEventsOptions;
  readonly #entry: Entry;
  readonly #gathering: PresenceGathering;
  #isConnected = false;

  constructor(options: PersonEventsOptions) {
    this.#options = options;
    this.#entry = new Entry(options.context, options.words);
    this.#gathering = new PresenceGathering((event) => this.#showPresence(event), options.delay);
  }

  /** Shows the events until the room is closed. Resolves with the reason. */
  async follow(): Promise<Closed> {
    try {
      for await (const event of this.#options.context.room) {
        await this.#show(event);
        for (const listener of this.#options.listeners) listener.note(event);
        if (event.kind === "caughtUp") await this.#caughtUp(event.again);
        if (event.kind === "closed") return event.why;
      }
      return { kind: "aborted" };
    } finally {
      this.#gathering.drop();
    }
  }

  async #show(event: RoomEvent): Promise<void> {
    const { terminal, online } = this.#options;
    for (const item of await this.#entry.before(event)) await terminal.show(item);
    if (event.kind === "presence") {
      online.note(event);
      this.#gathering.add(event);
      if (event.reset) void this.#listOnline();
      return;
    }
    if (event.kind === "message") this.#gathering.beforeMessageOf(event.sender);
    if (event.kind === "connected") this.#isConnected = true;
    if (event.kind === "disconnected") {
      this.#isConnected = false;
      online.forget();
      this.#gathering.drop();
    }
    await terminal.show(event);
  }

  #showPresence(event: PresenceEvent): void {
    const { preferences, online, terminal } = this.#options;
    const { presence } = preferences.read();
    const isShown = presence === "all" || (presence === "auto" && (online.count ?? 0) <= FEW_USERS);
    if (isShown) void terminal.show(event);
  }

  async #caughtUp(again: boolean): Promise<void> {
    if (again) {
      void this.#listOnline();
      return;
    }
    const { terminal, words, preferences } = this.#options;
    const list = await this.#listOnline();
    if (list === undefined || preferences.read().presence === "off") return;
    await terminal.show(list.total > FEW_USERS ? note(words.manyHere(list.total)) : list);
  }

  /** Asks who is online. The person did not ask, so a failure is not shown. */
  async #listOnline(): Promise<Awaited<ReturnType<typeof listOnline>> | undefined> {
    const { context, online, onOnline } = this.#options;
    try {
      const list = await listOnline(context);
      if (!this.#isConnected) return undefined;
      const names = list.users.map(({ username }) => username);
      online.replace(names, list.total);
      onOnline();
      return list;
    } catch {
      return undefined;
    }
  }
}
