/** The program's exit codes. This file imports nothing, so that `--help` needs no client library. */
export const Exit = {
  FINE: 0,
  /**
   * The server refused: a taken name, a wrong password, in a script a rejected command. The server, a backup or a
   * restore failed. `health`: the server takes no calls.
   */
  REFUSED: 1,
  /** A wrong flag or setting, a wrong command on the first screen, in a script an unknown command. */
  USAGE: 2,
  /** No Obrolan server answered. */
  UNREACHED: 3,
  /** Standard input could not be read, or an output could not be written. */
  BROKEN_STREAM: 4,
  /** `obrolan wait`: no such message came in time. */
  TIMED_OUT: 5,
} as const;

/** An exit code. */
export type Exit = (typeof Exit)[keyof typeof Exit];
