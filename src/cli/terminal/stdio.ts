import type { Writable } from "node:stream";
import { Exit } from "../exit.ts";
import { Output } from "./output.ts";

/** The two outputs of the program: what it was asked for, and what it says of itself. */
export class Stdio {
  readonly out: Output;
  readonly aside: Output;
  #isAsideLog = false;

  constructor(stdout: Writable, stderr: Writable) {
    this.aside = new Output(stderr);
    this.out = new Output(stdout, ({ message }) => {
      void this.complain(`standard output cannot be written (${message}): what is printed from here on is lost.`);
    });
  }

  /** Says on standard error what went wrong, after the program's name. */
  complain(...sentences: readonly string[]): Promise<void> {
    return this.aside.write(sentences.map((sentence) => `obrolan: ${sentence}\n`).join(""));
  }

  /** Declares standard error a log. A line that the log loses does not change the exit code. */
  logAside(): void {
    this.#isAsideLog = true;
  }

  /** Waits until everything is written. Resolves with the program's exit code: one that would be fine is not if something was lost. */
  async finish(code: Exit): Promise<Exit> {
    await this.out.flush();
    await this.aside.flush();
    const isWhole = !this.out.failed && (this.#isAsideLog || !this.aside.failed);
    return code === Exit.FINE && !isWhole ? Exit.BROKEN_STREAM : code;
  }
}
