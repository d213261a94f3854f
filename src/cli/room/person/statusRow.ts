import type { RoomEvent } from "../../../client/index.ts";
import type { PreferenceStore } from "../../session/preferences.ts";
import type { ConnectionStatus, Status } from "../../terminal/status.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import type { Online } from "./online.ts";

/** The collaborators of a `StatusRow`. */
export interface StatusRowOptions {
  readonly terminal: Pick<Terminal, "setStatus">;
  readonly online: Online;
  readonly preferences: PreferenceStore;
  /** What never changes. */
  readonly fixed: Pick<Status, "server" | "isEncrypted" | "username">;
  /** A clock in milliseconds. */
  readonly now?: () => number;
}

/** Keeps the terminal's status current. */
export class StatusRow {
  readonly #options: StatusRowOptions;
  readonly #now: () => number;
  #connection: ConnectionStatus = { kind: "connecting" };
  #unread = 0;
  #newestId = 0n;
  #shown = "";

  constructor(options: StatusRowOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.refresh();
  }

  /** Notes an event that has been shown. */
  note(event: RoomEvent): void {
    switch (event.kind) {
      case "caughtUp":
        this.#connection = { kind: "live" };
        break;
      case "disconnected":
        if (this.#connection.kind !== "away") this.#connection = { kind: "away", sinceMs: this.#now() };
        break;
      case "message":
        this.#newestId = event.id;
        if (!event.replayed && event.sender !== this.#options.fixed.username) this.#unread += 1;
        break;
      case "read":
        // Another device shows the same messages.
        if (event.upToId >= this.#newestId) this.#unread = 0;
        break;
    }
    this.refresh();
  }

  /** The person typed a line. */
  onLine(): void {
    this.#unread = 0;
    this.refresh();
  }

  /** Shows the status, if it has changed. */
  refresh(): void {
    const { terminal, online, preferences, fixed } = this.#options;
    const { presence, says } = preferences.read();
    const here = presence === "off" ? undefined : online.count;
    const status = { ...fixed, connection: this.#connection, here, unread: this.#unread, isSayMode: says };
    const text = JSON.stringify(status);
    if (text === this.#shown) return;
    this.#shown = text;
    terminal.setStatus(status);
  }
}
