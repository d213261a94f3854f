/** Which joins and leaves are shown. `auto`: `all` while at most 20 users are online, otherwise `quiet`. */
export const PRESENCE_MODES = ["auto", "all", "quiet", "off"] as const;
export type PresenceMode = (typeof PRESENCE_MODES)[number];

/** For which messages the bell rings. `pm`: private ones; `all`: also those with one's own name. */
export const BELL_MODES = ["off", "pm", "all"] as const;
export type BellMode = (typeof BELL_MODES)[number];

/** What a person has chosen by commands in the room. */
export interface Preferences {
  /** `quiet`: only the status says how many users are online. `off`: not even that. */
  readonly presence: PresenceMode;
  readonly bell: BellMode;
  /** Whether the desktop shows the messages for which the bell can ring. */
  readonly notices: boolean;
  /** Whether a line that is no command goes to everyone. Each server has a value of its own. */
  readonly says: boolean;
}

/** The preferences of a person who has chosen nothing. */
export const DEFAULT_PREFERENCES: Preferences = { presence: "auto", bell: "all", notices: false, says: false };

/** Keeps the preferences of a person for one server. */
export interface PreferenceStore {
  read(): Preferences;
  /** Changes some of them, at once for `read`. Rejects with an `Error` if they hold only until the program ends. */
  write(changed: Partial<Preferences>): Promise<void>;
}

/** Preferences that are kept until the program ends. */
export class MemoryPreferences implements PreferenceStore {
  #preferences: Preferences;

  constructor(chosen: Partial<Preferences> = {}) {
    this.#preferences = { ...DEFAULT_PREFERENCES, ...chosen };
  }

  read(): Preferences {
    return this.#preferences;
  }

  async write(changed: Partial<Preferences>): Promise<void> {
    this.#preferences = { ...this.#preferences, ...changed };
  }
}
