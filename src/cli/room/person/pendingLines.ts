import type { RoomEvent } from "../../../client/index.ts";
import type { PendingLine } from "../../terminal/status.ts";

/** The most lines that may wait. */
export const MAX_PENDING_LINES = 200;

interface Line {
  readonly requestId: string;
  readonly line: string;
  /** The line waits until the server takes more, for example for the end of a rate limit. */
  isLimited: boolean;
  /** The line has been under way once, so the server may have carried it out. */
  mayBeSent: boolean;
  /** The id of its message, edit or deletion, which was accepted and not shown yet. */
  acceptedId: bigint | undefined;
}

/** The lines that are shown as pending: from the moment they are entered until their message is shown, or they fail. */
export class PendingLines {
  readonly #show: (lines: readonly PendingLine[]) => void;
  readonly #lines = new Map<string, Line>();
  #isOnline = false;
  /** Everything up to this id has been shown. */
  #shownUpTo = 0n;

  /** `show` replaces the lines that the terminal shows as pending. */
  constructor(show: (lines: readonly PendingLine[]) => void) {
    this.#show = show;
  }

  /** The number of lines that the server has not answered. */
  get unanswered(): number {
    let count = 0;
    for (const { acceptedId } of this.#lines.values()) if (acceptedId === undefined) count += 1;
    return count;
  }

  /** Whether the connection is there. */
  get isOnline(): boolean {
    return this.#isOnline;
  }

  /** Adds a line that is being sent; false: too many lines wait. `isLimited`: it waits behind another line. */
  add(requestId: string, line: string, isLimited: boolean): boolean {
    if (this.#lines.size >= MAX_PENDING_LINES) return false;
    const mayBeSent = this.#isOnline && !isLimited;
    this.#lines.set(requestId, { requestId, line, isLimited, mayBeSent, acceptedId: undefined });
    this.#changed();
    return true;
  }

  /** The line waits for the server's permission, or has got it. */
  setLimited(requestId: string, isLimited: boolean): void {
    const line = this.#lines.get(requestId);
    if (line === undefined || line.isLimited === isLimited) return;
    line.isLimited = isLimited;
    line.mayBeSent = !isLimited && this.#isOnline;
    this.#changed();
  }

  /** The server accepted the line: it stays until the entry with this id has been shown. */
  accepted(requestId: string, id: bigint): void {
    const line = this.#lines.get(requestId);
    if (line === undefined) return;
    if (id <= this.#shownUpTo) this.#lines.delete(requestId);
    else line.acceptedId = id;
    this.#changed();
  }

  /** Removes a line that has any other outcome. Returns whether the server may have carried it out. */
  remove(requestId: string): boolean {
    const mayBeSent = this.#lines.get(requestId)?.mayBeSent ?? false;
    if (this.#lines.delete(requestId)) this.#changed();
    return mayBeSent;
  }

  /** Removes all lines. */
  clear(): void {
    if (this.#lines.size === 0) return;
    this.#lines.clear();
    this.#changed();
  }

  /** Notes an event that has been shown. */
  note(event: RoomEvent): void {
    switch (event.kind) {
      case "connected":
        if (event.logChanged) this.#forgetLog();
        // The library sends the pending commands with its join.
        this.#setOnline(true);
        break;
      case "disconnected":
      case "closed":
        this.#setOnline(false);
        break;
      case "message":
      case "edited":
      case "deleted":
      case "caughtUp":
        this.#shown(event.id);
        break;
    }
  }

  #shown(id: bigint): void {
    if (id <= this.#shownUpTo) return;
    this.#shownUpTo = id;
    const shown = [...this.#lines.values()].filter(({ acceptedId = id + 1n }) => acceptedId <= id);
    for (const { requestId } of shown) this.#lines.delete(requestId);
    if (shown.length > 0) this.#changed();
  }

  /** The ids of another log mean other entries: a line that was accepted in the old log is not shown any more. */
  #forgetLog(): void {
    this.#shownUpTo = 0n;
    for (const { requestId, acceptedId } of [...this.#lines.values()]) {
      if (acceptedId !== undefined) this.#lines.delete(requestId);
    }
  }

  #setOnline(isOnline: boolean): void {
    if (this.#isOnline === isOnline) return;
    this.#isOnline = isOnline;
    if (isOnline) for (const line of this.#lines.values()) line.mayBeSent ||= !line.isLimited;
    if (this.#lines.size > 0) this.#changed();
  }

  #changed(): void {
    const isHeld = ({ isLimited, acceptedId }: Line) => acceptedId === undefined && (isLimited || !this.#isOnline);
    this.#show([...this.#lines.values()].map((line) => ({ ...shownPart(line), isHeld: isHeld(line) })));
  }
}

function shownPart({ requestId, line }: Line): Omit<PendingLine, "isHeld"> {
  return { requestId, line };
}
