import { Exit } from "../exitCode.ts";

/** The meaning of each exit code, for the man page. */
const MEANINGS: Readonly<Record<keyof typeof Exit, string>> = {
  FINE: "Everything was done.",
  REFUSED:
    "The server refused, for example a taken name, a wrong password or, in a script, a command. " +
    "Or the server, a backup or a restore failed, or obrolan health found that the server takes no calls.",
  USAGE: "A flag, a setting or a command is wrong, or the input of a script cannot be read as UTF-8.",
  UNREACHED: "No Obrolan server answered.",
  BROKEN_STREAM: "Standard input could not be read, or an output could not be written.",
  TIMED_OUT: "obrolan wait: no such message came in time.",
};

/** The exit codes of the program with their meanings, in order. */
export const EXIT_STATUS: readonly (readonly [code: number, meaning: string])[] = Object.entries(MEANINGS).map(
  ([name, meaning]) => [Exit[name as keyof typeof Exit], meaning],
);
