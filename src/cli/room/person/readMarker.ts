import type { ChatClient, RoomEvent } from "../../../client/index.ts";

/** The shortest time between two calls. A line in between moves the marker at the end of this time. */
const INTERVAL_MS = 5_000;
/** The limit of a call while the person leaves. */
const LAST_CALL_MS = 1_000;

/** The collaborators of a `ReadMarker`. */
export interface ReadMarkerOptions {
  readonly client: Pick<ChatClient, "markRead">;
  readonly token: string;
  /** A clock in milliseconds. */
  readonly now?: () => number;
  /** The shortest time between two calls, in milliseconds. Default: 5,000. */
  readonly intervalMs?: number;
}

/**
 * Moves the account's read marker to the newest message that is shown: when the person types a line, and when they
 * leave. The person did not ask for it, so a failure is not shown.
 */
export class ReadMarker {
  readonly #client: Pick<ChatClient, "markRead">;
  readonly #token: string;
  readonly #now: () => number;
  readonly #intervalMs: number;
  /** Set while a line waits for the end of the interval. */
  #timer: NodeJS.Timeout | undefined;
  /** A line was typed while the connection was away. */
  #isDue = false;
  #logId = "";
  #isOnline = false;
  #shownUpTo = 0n;
  #markedUpTo = 0n;
  #lastCallMs = Number.NEGATIVE_INFINITY;
  #call: Promise<void> | undefined;
  /** Ends a call that takes too long while the person leaves. */
  readonly #limit = new AbortController();
  /** What was read before the person came in; undefined: not known, or of another log. */
  #atEntry: bigint | undefined;

  constructor({ client, token, now = () => performance.now(), intervalMs = INTERVAL_MS }: ReadMarkerOptions) {
    this.#client = client;
    this.#token = token;
    this.#now = now;
    this.#intervalMs = intervalMs;
  }

  /** Up to which id the account had read when the person came in; undefined: not known, or of another log. */
  get atEntry(): bigint | undefined {
    return this.#atEntry;
  }

  /** Notes an event that has been shown. */
  note(event: RoomEvent): void {
    switch (event.kind) {
      case "connected":
        if (!event.again) this.#atEntry = event.readUpTo;
        if (event.logChanged) {
          this.#atEntry = undefined;
          this.#shownUpTo = 0n;
          this.#markedUpTo = 0n;
        }
        this.#logId = event.logId;
        this.#isOnline = true;
        this.#marked(event.readUpTo);
        if (this.#isDue) this.onLine();
        break;
      case "disconnected":
        this.#isOnline = false;
        break;
      case "read":
        this.#marked(event.upToId);
        break;
      case "message":
      case "edited":
      case "deleted":
        if (event.id > this.#shownUpTo) this.#shownUpTo = event.id;
        break;
    }
  }

  /** The person typed a line. */
  onLine(): void {
    this.#isDue = !this.#isOnline;
    if (this.#isDue || this.#timer !== undefined) return;
    const waitMs = this.#lastCallMs + this.#intervalMs - this.#now();
    if (waitMs <= 0) {
      void this.#mark();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#mark();
    }, waitMs);
    // Leaving moves the marker too.
    this.#timer.unref();
  }

  /** The person leaves. Resolves when the marker is moved, or after one second. */
  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    const timer = setTimeout(() => this.#limit.abort(), LAST_CALL_MS);
    await this.#call;
    await this.#mark();
    clearTimeout(timer);
  }

  #marked(upToId: bigint): void {
    if (upToId > this.#markedUpTo) this.#markedUpTo = upToId;
  }

  async #mark(): Promise<void> {
    if (!this.#isOnline || this.#call !== undefined || this.#shownUpTo <= this.#markedUpTo) return;
    this.#lastCallMs = this.#now();
    this.#call = this.#move(this.#shownUpTo).finally(() => {
      this.#call = undefined;
    });
    await this.#call;
  }

  async #move(upToId: bigint): Promise<void> {
    const logId = this.#logId;
    try {
      const marker = await this.#client.markRead(this.#token, upToId, { logId, signal: this.#limit.signal });
      if (this.#logId === logId) this.#marked(marker);
    } catch {
      // The next line, or leaving, tries again.
    }
  }
}
