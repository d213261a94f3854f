import { createContext, Script } from "node:vm";
import { ConfigError } from "../../../config/index.ts";

/** How long an expression may take with one text. */
const TIMEOUT_MS = 1_000;

const TEST = new Script("pattern.test(text)");

/**
 * A regular expression that cannot hold the program up: some take exponential time, and other users choose the texts. V8
 * ends a script, with the expression that it runs, when its time is over.
 */
export class Matcher {
  readonly #context: { readonly pattern: RegExp; text: string };
  readonly #timeoutMs: number;

  /** Throws a `ConfigError` for text that is no regular expression. */
  constructor(flag: string, source: string, timeoutMs = TIMEOUT_MS) {
    this.#timeoutMs = timeoutMs;
    try {
      this.#context = { pattern: new RegExp(source, "u"), text: "" };
    } catch (error) {
      const why = error instanceof Error ? error.message.replace(/^.*: /s, "") : String(error);
      throw new ConfigError([`${flag} is not a regular expression of JavaScript: ${why}.`], { cause: error });
    }
    createContext(this.#context);
  }

  /** Whether the expression occurs in the text. Throws a `ConfigError` if it takes too long. */
  matches(text: string): boolean {
    this.#context.text = text;
    try {
      return TEST.runInContext(this.#context, { timeout: this.#timeoutMs }) === true;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw cause;
      throw new ConfigError(["The expression takes too long to compare with a message: make it simpler."], { cause });
    }
  }
}
