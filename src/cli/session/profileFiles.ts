import { createHash } from "node:crypto";
import { FileProblemError, type ReportProblem } from "./fileProblem.ts";
import { PrivateFolder } from "./privateFolder.ts";
import { stateFolder } from "./stateFolder.ts";

/** The profile of a person who names none. */
export const DEFAULT_PROFILE = "default";
/** File systems allow 255 bytes; a temporary file adds 41. */
const MAX_NAME_LENGTH = 180;

/**
 * The files of a profile. Nothing here throws because of a file: a problem is reported, and the program goes on without
 * the file.
 */
export class ProfileFiles {
  readonly #folder: PrivateFolder;
  readonly #profile: string;
  readonly #report: ReportProblem;
  /** The problems that were reported. A file that fails for each line of a person is one problem. */
  readonly #reported = new Set<string>();

  constructor(folder: PrivateFolder, profile: string, report: ReportProblem) {
    this.#folder = folder;
    this.#profile = profile;
    this.#report = report;
  }

  /** The text of a file. Undefined: there is none, or it cannot be used. */
  read(name: string): Promise<string | undefined> {
    return this.#reporting(() => this.#folder.read(this.#path(name)));
  }

  /** The JSON of a file. A file with anything else is set aside. Undefined: there is none, or it cannot be used. */
  readJson<T>(name: string, isValid: (value: unknown) => value is T): Promise<T | undefined> {
    return this.#reporting(async () => {
      const text = await this.#folder.read(this.#path(name));
      if (text === undefined) return undefined;
      const value = parse(text);
      return isValid(value) ? value : this.#folder.setAside(this.#path(name));
    });
  }

  /** Sets a damaged file aside. */
  async setAside(name: string): Promise<void> {
    await this.#reporting(() => this.#folder.setAside(this.#path(name)));
  }

  /** Replaces a file. Resolves with whether it is written. */
  async write(name: string, text: string): Promise<boolean> {
    const done = await this.#reporting(async () => {
      await this.#folder.write(this.#path(name), text);
      return true;
    });
    return done === true;
  }

  /** Appends to a file. */
  async append(name: string, text: string): Promise<void> {
    await this.#reporting(() => this.#folder.append(this.#path(name), text));
  }

  /** Removes a file, if it exists. */
  async remove(name: string): Promise<void> {
    await this.#reporting(() => this.#folder.remove(this.#path(name)));
  }

  #path(name: string): string {
    return `profiles/${this.#profile}/${name}`;
  }

  async #reporting<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof FileProblemError)) throw error;
      const { kind, path } = error.problem;
      const key = `${kind} ${path}`;
      if (!this.#reported.has(key)) this.#report(error.problem);
      this.#reported.add(key);
      return undefined;
    }
  }
}

/** Opens the files of a profile of the person who runs the program. `profile`: by default the one called default. */
export function openProfile(profile: string | undefined, report: ReportProblem): ProfileFiles {
  return new ProfileFiles(new PrivateFolder(stateFolder(process.env)), profile ?? DEFAULT_PROFILE, report);
}

/** A server's address as the name of a file. A very long name is replaced by its hash. */
export function serverFileName(server: string): string {
  const name = encodeURIComponent(server.toLowerCase());
  return name.length <= MAX_NAME_LENGTH ? name : createHash("sha256").update(name).digest("hex");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
