import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { within } from "../../support/deadline.ts";

/** Makes every sync of a running process take longer, with strace. */
export class SlowSyncs {
  readonly #strace: ChildProcess;
  #said = "";

  private constructor(strace: ChildProcess) {
    this.#strace = strace;
    strace.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#said += text;
    });
  }

  /** Resolves when every sync takes `ms` milliseconds longer. */
  static async begin(pid: number, ms: number): Promise<SlowSyncs> {
    const fault = ["-e", "trace=fsync,fdatasync", "-e", `inject=fsync,fdatasync:delay_enter=${ms * 1_000}`];
    const slow = new SlowSyncs(spawn("strace", ["-f", ...fault, "-p", String(pid)]));
    await within(slow.#attached(), () => `strace to attach; it said: ${slow.#said}`);
    return slow;
  }

  /** Makes syncs normal again. Resolves with the number of syncs that were delayed. */
  async end(): Promise<number> {
    // `close` comes after the last output of strace; `exit` may come before it.
    const closed = once(this.#strace, "close");
    this.#strace.kill("SIGINT");
    await within(closed, () => `strace to end; it said: ${this.#said}`);
    return this.#said.split("(DELAYED)").length - 1;
  }

  async #attached(): Promise<void> {
    while (!this.#said.includes("attached")) {
      if (this.#strace.exitCode !== null) throw new Error(`strace ended: ${this.#said}`);
      await Promise.race([once(this.#strace.stderr ?? this.#strace, "data"), once(this.#strace, "exit")]);
    }
  }
}
