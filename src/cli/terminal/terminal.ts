import type { Item } from "./item.ts";

/** Where lines come from and items are shown. */
export interface Terminal {
  /** Somebody sits there: they see what happens, and can try again. Else a script reads and writes. */
  readonly person: boolean;
  /** Aborted when it is over at once: Ctrl-C, or a person's terminal has gone. */
  readonly interrupted: AbortSignal;
  /** The next line; undefined: there are no more. Throws an `InputError` if a script cannot be read. */
  line(): Promise<string | undefined>;
  /** The next line as a secret: it is not shown while it is typed. Else as `line`. */
  secret(prompt: string): Promise<string | undefined>;
  /** From now on lines are worth remembering, and can be completed from these. */
  enterRoom(completions: (line: string) => string[]): void;
  /** Shows an item. Resolves when there is space for more. */
  show(item: Item): Promise<void>;
  /** Ends the lines: whoever waits for one gets undefined. */
  end(): void;
  /** Lets the terminal go, with everything shown. */
  close(): Promise<void>;
}
