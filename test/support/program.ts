import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { within } from "./deadline.ts";
import { NODE } from "./runtime.ts";
import { PROGRAM, plainEnvironment } from "./terminal.ts";

/** The exit code and the output of the program. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The program without a terminal, as a script runs it. */
export class Program {
  readonly child: ChildProcess;
  out = "";
  err = "";
  readonly #closed: Promise<unknown>;
  readonly #watchers = new Set<() => void>();

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.child = spawn(NODE, [PROGRAM, ...args], { env: plainEnvironment(env) });
    this.#closed = once(this.child, "close");
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
      for (const watch of this.#watchers) watch();
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.err += text;
    });
    // The program may end before it has read its whole input.
    this.child.stdin?.on("error", () => {});
  }

  /** The objects that the program has printed with `--json`. */
  get events(): Record<string, unknown>[] {
    return this.out
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  /** Writes lines to its standard input. */
  write(...lines: string[]): void {
    this.child.stdin?.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** Waits until its standard output matches. */
  async prints(pattern: RegExp): Promise<void> {
    const printed = new Promise<void>((resolve, reject) => {
      const watch = () => pattern.test(this.out) && resolve();
      this.#watchers.add(watch);
      watch();
      this.#closed.then(() => reject(new Error(`the program ended before it printed ${pattern}: ${this.#output()}`)));
    });
    await within(printed, () => `the program to print ${pattern}: ${this.#output()}`);
  }

  /** Writes the last lines, closes standard input, and waits for the end of the program. */
  end(...lines: string[]): Promise<Ended> {
    this.write(...lines);
    this.child.stdin?.end();
    return this.exit();
  }

  /** Waits for the end of the program. */
  async exit(): Promise<Ended> {
    await within(this.#closed, () => `the program to end: ${this.#output()}`);
    return { code: this.child.exitCode, out: this.out, err: this.err };
  }

  #output(): string {
    return `\n${this.out}${this.err}`;
  }
}

/** Runs the program with these lines as its input, until its end. */
export function run(
  args: readonly string[],
  lines: readonly string[] = [],
  env?: Record<string, string>,
): Promise<Ended> {
  return new Program(args, env).end(...lines);
}
