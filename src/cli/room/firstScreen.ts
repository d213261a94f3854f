import type { Exit } from "../exit.ts";
import { InputError } from "../terminal/inputError.ts";
import type { Entered, SignInOptions } from "./signIn.ts";
import { signInPerson } from "./signInPerson.ts";
import { signInScript } from "./signInScript.ts";

/** Signs the user in, by the first screen if that is needed. Resolves with the exit code if there is no session. */
export async function firstScreen(options: SignInOptions): Promise<Entered | Exit> {
  const { terminal } = options;
  try {
    return await (terminal.isInteractive ? signInPerson(options) : signInScript(options));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { message, exitCode } = error;
    await terminal.show({ kind: "error", message, exitCode });
    return exitCode;
  }
}
