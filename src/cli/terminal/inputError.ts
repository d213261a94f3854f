import { Exit } from "../exitCode.ts";

/** Standard input cannot be read. The message repeats nothing of the input, which may contain a password. */
export class InputError extends Error {
  override readonly name = "InputError";
  /** The program's exit code for this error. */
  readonly exitCode: Exit;

  constructor(exitCode: Exit, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The operating system failed to read. */
export function unreadable(cause: unknown): InputError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new InputError(Exit.BROKEN_STREAM, `Standard input cannot be read: ${why}.`, { cause });
}

/** The input has another encoding from its first byte on. `what` it should be: "a script" or "a text". */
export function wrongEncoding(encoding: string, what = "a script"): InputError {
  return new InputError(
    Exit.USAGE,
    [
      `Standard input is ${encoding}, and ${what} must be UTF-8. Nothing was sent.`,
      `Save it as UTF-8, or convert it with: iconv -f ${encoding} -t UTF-8.`,
    ].join(" "),
  );
}

/** A line is not UTF-8. */
export function notUtf8(lineNumber: number): InputError {
  return new InputError(
    Exit.USAGE,
    [
      `Line ${lineNumber} of standard input is not UTF-8: neither it nor any line after it was carried out.`,
      "Save the script as UTF-8, or convert it with, for example: iconv -f WINDOWS-1252 -t UTF-8.",
    ].join(" "),
  );
}

/** The input of a command that sends it whole is not UTF-8. */
export function textNotUtf8(): InputError {
  return new InputError(
    Exit.USAGE,
    [
      "Standard input is not UTF-8. Nothing was sent.",
      "Convert it with, for example: iconv -f WINDOWS-1252 -t UTF-8.",
    ].join(" "),
  );
}

/** The input of a command that sends it whole is longer than any request. */
export function textTooLong(maxBytes: number): InputError {
  return new InputError(
    Exit.REFUSED,
    [
      `Standard input is longer than ${maxBytes} bytes. Nothing was sent.`,
      "A text has at most 4096 bytes, unless the server allows more: cut it, or send it in parts.",
    ].join(" "),
  );
}
