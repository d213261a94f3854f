import { execFile, execFileSync } from "node:child_process";
import type { Context } from "mocha";

/** How a command ended, and its output. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command. Kills it after 25 s. */
export function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, timeout: 25_000 };
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") return reject(error);
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

/** Like `needsTool`; the message names the Debian packages to install. */
export function needs(test: Context, command: string, args: readonly string[], debianPackage: string): void {
  needsTool(test, command, args, `apt-get install ${debianPackage}`);
}

/** Skips a test whose tool is not installed, and says how to install it. If `CI` is set, the test fails instead. */
export function needsTool(test: Context, command: string, args: readonly string[], install: string): void {
  try {
    execFileSync(command, args, { stdio: "ignore" });
  } catch {
    const sentence = `needs ${command}: ${install}`;
    if (process.env.CI) throw new Error(`this test ${sentence}`);
    if (test.test) test.test.title += ` (skipped: ${sentence})`;
    test.skip();
  }
}
