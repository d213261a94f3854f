import { run } from "../run.ts";
import type { Check } from "./check.ts";

/** A check that holds where a tool ends well. `hint` says what to do where it does not. */
export function tool(name: string, hint: string, command: string, ...args: string[]): Check {
  return {
    name,
    async run() {
      const { ok, output } = await run(command, ...args);
      return ok ? { kind: "ok" } : { kind: "failed", output, hint };
    },
  };
}
