/** The protocol's default for both windows (RFC 9113, section 6.9.2). */
export const DEFAULT_WINDOW = 65_535;

const INITIAL_WINDOW_SIZE = 4;

/** How many bytes of DATA the server lets the client send: on the connection, and on its only stream. */
export class SendWindow {
  #connection = DEFAULT_WINDOW;
  #stream = DEFAULT_WINDOW;
  #initial = DEFAULT_WINDOW;

  /** Uses up so many bytes, if there is room for all of them. */
  take(bytes: number): boolean {
    if (bytes > Math.min(this.#connection, this.#stream)) return false;
    this.#connection -= bytes;
    this.#stream -= bytes;
    return true;
  }

  /** A WINDOW_UPDATE came; stream 0 is the connection. */
  widen(streamId: number, payload: Buffer): void {
    const bytes = payload.readUInt32BE(0) & 0x7fffffff;
    if (streamId === 0) this.#connection += bytes;
    else this.#stream += bytes;
  }

  /** A SETTINGS frame came: a changed initial window changes an open stream's by the difference. */
  settings(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      if (payload.readUInt16BE(at) !== INITIAL_WINDOW_SIZE) continue;
      const initial = payload.readUInt32BE(at + 2);
      this.#stream += initial - this.#initial;
      this.#initial = initial;
    }
  }
}
