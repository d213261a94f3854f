import type { Completion } from "../editor/completion.ts";
import type { Offer } from "../editor/view.ts";
import type { Item } from "./item.ts";
import type { Notice, PendingLine, Status } from "./status.ts";

/** The source of lines and the place where items are shown. */
export interface Terminal {
  /** Whether a person types the lines. False: a script. */
  readonly isInteractive: boolean;
  /** Whether `setPending` shows the lines. False: the person must be told of a line that waits. */
  readonly showsPending: boolean;
  /** Aborted when the program must end at once: Ctrl-C, or the terminal was closed. */
  readonly interrupted: AbortSignal;
  /** The next line; undefined after the last one. Throws an `InputError` if a script cannot be read. */
  line(): Promise<string | undefined>;
  /** The next line, which is not shown while it is typed. Otherwise the same as `line`. */
  secret(prompt: string): Promise<string | undefined>;
  /** The user is in the room: lines enter the history from now on, and Tab completes the line before the cursor. */
  enterRoom(complete: (before: string) => Completion): void;
  /** Shows an item. Resolves when the output has space for more. */
  show(item: Item): Promise<void>;
  /** Replaces what the status row says. A `Pipe` has none. */
  setStatus(status: Status): void;
  /** Replaces the lines that are shown as pending. A `Pipe` shows none. */
  setPending(lines: readonly PendingLine[]): void;
  /** Puts a line back into the input, if the person is not typing another. A `Pipe` does nothing. */
  offer(offer: Offer): void;
  /** Draws a person's attention to the terminal. A `Pipe` does nothing. */
  notify(notice: Notice): void;
  /** Ends the input: a pending `line()` resolves with undefined. */
  end(): void;
  /** Writes everything that was shown, and releases the terminal. */
  close(): Promise<void>;
}
