import type { MessageEvent, RoomEvent } from "../../../client/index.ts";
import type { Catalogue } from "../../catalogue/index.ts";
import type { PreferenceStore } from "../../session/preferences.ts";
import { mentions } from "../../terminal/mention.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { sanitizeLine } from "../../text/sanitize.ts";

/** At most so many notices within one second. */
const MAX_NOTICES = 3;
const WINDOW_MS = 1_000;
/** The most characters of a message in a notice. */
const MAX_BODY = 200;

/** The collaborators of an `Attention`. */
export interface AttentionOptions {
  readonly terminal: Pick<Terminal, "notify">;
  readonly preferences: PreferenceStore;
  readonly words: Catalogue["room"];
  readonly ownName: string;
  /** A clock in milliseconds. */
  readonly now?: () => number;
}

/** Draws the person's attention to private messages and to messages with their name, by the bell and on the desktop. */
export class Attention {
  readonly #options: AttentionOptions;
  readonly #now: () => number;
  /** When the last notices were given. */
  readonly #given: number[] = [];

  constructor(options: AttentionOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Notes an event that has been shown. */
  note(event: RoomEvent): void {
    const { ownName, preferences, terminal, words } = this.#options;
    if (event.kind !== "message" || event.replayed || event.sender === ownName) return;
    const reason = reasonFor(event, ownName);
    if (reason === undefined) return;
    const { bell, notices } = preferences.read();
    const rings = bell === "all" || (bell === "pm" && reason === "privateMessage");
    if (!(rings || notices) || !this.#mayGive()) return;
    const body = sanitizeLine([...event.text].slice(0, MAX_BODY).join(""));
    terminal.notify({ title: sanitizeLine(words[reason](event.sender)), body, bell: rings, desktop: notices });
  }

  #mayGive(): boolean {
    const now = this.#now();
    const [oldest] = this.#given.length >= MAX_NOTICES ? this.#given : [];
    if (oldest !== undefined && now - oldest < WINDOW_MS) return false;
    this.#given.push(now);
    if (this.#given.length > MAX_NOTICES) this.#given.shift();
    return true;
  }
}

function reasonFor({ recipient, text }: MessageEvent, ownName: string): "privateMessage" | "mention" | undefined {
  if (recipient !== "") return "privateMessage";
  return mentions(text, ownName) ? "mention" : undefined;
}
