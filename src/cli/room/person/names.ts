import type { RoomEvent } from "../../../client/index.ts";
import type { Online } from "./online.ts";

/** The most speakers that are remembered. */
const MAX_SPEAKERS = 200;

/** The names that a person may type: those who spoke last come first, then the others who are online. */
export class Names {
  readonly #online: Online;
  readonly #ownName: string;
  /** The last one spoke last. */
  readonly #speakers = new Set<string>();

  constructor(online: Online, ownName: string) {
    this.#online = online;
    this.#ownName = ownName;
  }

  /** Notes the sender of a message, or the user to whom the person wrote. */
  note(event: RoomEvent): void {
    if (event.kind !== "message") return;
    const name = event.sender === this.#ownName ? event.recipient : event.sender;
    if (name === "" || name === this.#ownName) return;
    this.#speakers.delete(name);
    this.#speakers.add(name);
    const oldest = this.#speakers.size > MAX_SPEAKERS ? this.#speakers.values().next().value : undefined;
    if (oldest !== undefined) this.#speakers.delete(oldest);
  }

  /** All names but the person's own, each once. */
  all(): string[] {
    const names = new Set([...this.#speakers].reverse());
    for (const name of [...this.#online.names].sort()) names.add(name);
    names.delete(this.#ownName);
    return [...names];
  }
}
