import { closeSync, openSync, readSync } from "node:fs";
import { ConfigError } from "./errors.ts";

/** A file, and the setting that names it: `--tls-cert`, or words such as `sslrootcert in --database-url`. */
export interface SettingFile {
  readonly setting: string;
  readonly file: string;
}

/** The largest file that a setting may name. A bundle of all public authorities has a quarter of a megabyte. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads a file, or a pipe, that a setting names. Throws a `ConfigError` that names the setting if the file cannot be
 * read.
 */
export function readSettingFile(named: SettingFile): Buffer {
  try {
    return readBounded(named);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw fileProblem(named, `cannot be read: ${explain(cause as NodeJS.ErrnoException)}.`, { cause });
  }
}

/** An error about a file. `problem` follows the name of the file. */
export function fileProblem({ setting, file }: SettingFile, problem: string, options?: ErrorOptions): ConfigError {
  return new ConfigError([`${setting}: ${file} ${problem}`], options);
}

function readBounded(named: SettingFile): Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  const descriptor = openSync(named.file, "r");
  try {
    for (;;) {
      const chunk = Buffer.alloc(64 * 1024);
      const length = readSync(descriptor, chunk);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
      size += length;
      if (size > MAX_BYTES) throw fileProblem(named, `is larger than ${MAX_BYTES} bytes: is it the right file?`);
    }
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Why a file cannot be read. The message of Node.js is used only if there is no code: it repeats the name and describes
 * a system call.
 */
function explain({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "there is no such file";
    case "EISDIR":
      return "it is a folder; name the file";
    case "EACCES":
    case "EPERM":
      return "the user that runs this program may not read it";
    default:
      return code ?? message;
  }
}
