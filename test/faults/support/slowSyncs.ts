import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { within } from "../../support/deadline.ts";

/** Delays every sync of a running process with strace. */
export class SlowSyncs {
  readonly #strace: ChildProcess;
  #output = "";

  private constructor(strace: ChildProcess) {
    this.#strace = strace;
    strace.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#output += text;
    });
  }

  /** Delays each sync by `ms` milliseconds. Resolves when the delay is in effect. */
  static async begin(pid: number, ms: number): Promise<SlowSyncs> {
    const fault = ["-e", "trace=fsync,fdatasync", "-e", `inject=fsync,fdatasync:delay_enter=${ms * 1_000}`];
    const slow = new SlowSyncs(spawn("strace", ["-f", ...fault, "-p", String(pid)]));
    await within(slow.#attached(), () => `strace to attach; its output: ${slow.#output}`);
    return slow;
  }

  /** Ends the delay. Resolves with the number of delayed syncs. */
  async end(): Promise<number> {
    // The event comes after the end of the output.
    const closed = once(this.#strace, "close");
    this.#strace.kill("SIGINT");
    await within(closed, () => `strace to end; its output: ${this.#output}`);
    return this.#output.split("(DELAYED)").length - 1;
  }

  async #attached(): Promise<void> {
    while (!this.#output.includes("attached")) {
      if (this.#strace.exitCode !== null) throw new Error(`strace ended: ${this.#output}`);
      await Promise.race([once(this.#strace.stderr ?? this.#strace, "data"), once(this.#strace, "exit")]);
    }
  }
}
