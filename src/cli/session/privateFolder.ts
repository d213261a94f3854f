import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { appendFile, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { FileProblemError } from "./fileProblem.ts";

/** A larger file is damaged: the program writes none. */
const MAX_BYTES = 4 * 1024 * 1024;
/** The bits of a mode that allow other users something. */
const OTHERS = 0o077;

/**
 * A folder whose files only its owner may read: 0700 and 0600. It refuses files that others can read or write, or that
 * belong to another user: every method throws a `FileProblemError` then, and if the operating system fails. On Windows,
 * which has no such modes, the folder of the person protects the files.
 *
 * A file is replaced by a rename, so that a reader finds the old one or the new one, whole. If two programs write the
 * same file, the last one wins.
 */
export class PrivateFolder {
  readonly path: string;

  constructor(folder: string) {
    this.path = folder;
  }

  /** The text of a file; undefined if there is none. `name` is relative to the folder. */
  read(name: string): Promise<string | undefined> {
    const file = this.#file(name);
    return explained(file, async () => {
      if (!(await this.#exists())) return undefined;
      const stats = await statsOf(file);
      if (stats === undefined) return undefined;
      checkOwn(file, stats, "600");
      if (!stats.isFile()) throw new FileProblemError({ kind: "failed", path: file, code: "EISDIR" });
      if (stats.size > MAX_BYTES) return this.setAside(name);
      return readFile(file, "utf8");
    });
  }

  /** Replaces a file. The folders above it are made if they are missing. */
  write(name: string, text: string): Promise<void> {
    const file = this.#file(name);
    return explained(file, async () => {
      await this.#prepare(file);
      const temporary = `${file}.${randomUUID()}.tmp`;
      try {
        const handle = await open(temporary, "wx", 0o600);
        try {
          await handle.writeFile(text);
          // Otherwise a crash of the machine could leave an empty file under the new name.
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(temporary, file);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    });
  }

  /** Appends to a file in one write. */
  append(name: string, text: string): Promise<void> {
    const file = this.#file(name);
    return explained(file, async () => {
      await this.#prepare(file);
      const stats = await statsOf(file);
      if (stats !== undefined) checkOwn(file, stats, "600");
      await appendFile(file, text, { mode: 0o600 });
    });
  }

  /** Removes a file, if it exists. */
  remove(name: string): Promise<void> {
    const file = this.#file(name);
    return explained(file, async () => {
      if (await this.#exists()) await rm(file, { force: true });
    });
  }

  /** Renames a damaged file, so that the program can write a new one. Throws the problem, in which both names are. */
  setAside(name: string): Promise<never> {
    const file = this.#file(name);
    return explained(file, async () => {
      const movedTo = `${file}.damaged`;
      await rename(file, movedTo);
      throw new FileProblemError({ kind: "damaged", path: file, movedTo });
    });
  }

  #file(name: string): string {
    return path.join(this.path, name);
  }

  /** Whether the folder exists. Throws if it is not private. */
  async #exists(): Promise<boolean> {
    const stats = await statsOf(this.path);
    if (stats === undefined) return false;
    if (!stats.isDirectory()) throw new FileProblemError({ kind: "failed", path: this.path, code: "ENOTDIR" });
    checkOwn(this.path, stats, "700");
    return true;
  }

  async #prepare(file: string): Promise<void> {
    await this.#exists();
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  }
}

function checkOwn(file: string, { uid, mode }: Stats, wanted: "600" | "700"): void {
  if (process.getuid === undefined) return;
  if (uid !== process.getuid()) throw new FileProblemError({ kind: "foreign", path: file });
  if ((mode & OTHERS) !== 0) throw new FileProblemError({ kind: "loose", path: file, mode: wanted });
}

async function statsOf(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Turns an error of the operating system into a `FileProblemError`. */
async function explained<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (cause instanceof FileProblemError || code === undefined) throw cause;
    throw new FileProblemError({ kind: "failed", path: file, code }, { cause });
  }
}
