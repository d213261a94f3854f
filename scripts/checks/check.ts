import { run } from "../run.ts";

/** The result of a check. */
export type Finding =
  | { readonly kind: "ok" }
  /** The check does not apply here. */
  | { readonly kind: "skipped"; readonly why: string }
  | { readonly kind: "failed"; readonly output: string; readonly hint: string };

/** A rule for the repository, and the code that checks it. */
export interface Check {
  readonly name: string;
  run(): Promise<Finding>;
}

/** A check that passes if a command exits with 0. `hint` says what to do if it does not. */
export function tool(name: string, hint: string, command: string, ...args: string[]): Check {
  return {
    name,
    async run() {
      const { ok, output } = await run(command, ...args);
      return ok ? { kind: "ok" } : { kind: "failed", output, hint };
    },
  };
}
