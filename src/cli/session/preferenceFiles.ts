import type { Catalogue } from "../catalogue/index.ts";
import {
  BELL_MODES,
  DEFAULT_PREFERENCES,
  PRESENCE_MODES,
  type PreferenceStore,
  type Preferences,
} from "./preferences.ts";
import { type ProfileFiles, serverFileName } from "./profileFiles.ts";

/** What each preference may be. */
const allowed: { readonly [Key in keyof Preferences]: readonly Preferences[Key][] } = {
  presence: PRESENCE_MODES,
  bell: BELL_MODES,
  notices: [true, false],
  says: [true, false],
};

/** The preferences of a profile. Each is a file, so that programs that change several at once lose none. */
export class PreferenceFiles implements PreferenceStore {
  readonly #files: ProfileFiles;
  readonly #server: string;
  readonly #words: Catalogue["session"];
  #preferences: Preferences;

  private constructor(files: ProfileFiles, server: string, words: Catalogue["session"], preferences: Preferences) {
    this.#files = files;
    this.#server = server;
    this.#words = words;
    this.#preferences = preferences;
  }

  /** Reads the preferences for a server. What a person has not chosen is as in `DEFAULT_PREFERENCES`. */
  static async open(files: ProfileFiles, server: string, words: Catalogue["session"]): Promise<PreferenceFiles> {
    const chosen = await Promise.all(
      Object.entries(allowed).map(async ([key, values]) => {
        const isAllowed = (value: unknown): value is unknown => (values as readonly unknown[]).includes(value);
        const value = await files.readJson(fileOf(key, server), isAllowed);
        return value === undefined ? [] : [[key, value]];
      }),
    );
    return new PreferenceFiles(files, server, words, { ...DEFAULT_PREFERENCES, ...Object.fromEntries(chosen.flat()) });
  }

  read(): Preferences {
    return this.#preferences;
  }

  async write(changed: Partial<Preferences>): Promise<void> {
    this.#preferences = { ...this.#preferences, ...changed };
    const written = await Promise.all(
      Object.entries(changed).map(([key, value]) =>
        this.#files.write(fileOf(key, this.#server), `${JSON.stringify(value)}\n`),
      ),
    );
    if (written.includes(false)) throw new Error(this.#words.notWritten);
  }
}

/** `says` is a preference for one server, because a plain line of another room may be a mistake. */
function fileOf(key: string, server: string): string {
  return key === "says" ? `preferences/says/${serverFileName(server)}.json` : `preferences/${key}.json`;
}
