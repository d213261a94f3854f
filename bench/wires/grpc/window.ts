/** The protocol's default size of both windows (RFC 9113, section 6.9.2). */
export const DEFAULT_WINDOW_BYTES = 65_535;

const INITIAL_WINDOW_SIZE = 4;

/** The bytes of DATA that the client may still send, on the connection and on its only stream. */
export class SendWindow {
  #connection = DEFAULT_WINDOW_BYTES;
  #stream = DEFAULT_WINDOW_BYTES;
  #initial = DEFAULT_WINDOW_BYTES;

  /** Reserves this many bytes. Returns false and reserves nothing if the windows are too small. */
  take(bytes: number): boolean {
    if (bytes > Math.min(this.#connection, this.#stream)) return false;
    this.#connection -= bytes;
    this.#stream -= bytes;
    return true;
  }

  /** Applies a WINDOW_UPDATE. Stream 0 is the connection. */
  widen(streamId: number, payload: Buffer): void {
    const bytes = payload.readUInt32BE(0) & 0x7fffffff;
    if (streamId === 0) this.#connection += bytes;
    else this.#stream += bytes;
  }

  /**
   * Applies a SETTINGS frame. A changed initial window size changes the window of the open stream by the difference.
   */
  settings(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      if (payload.readUInt16BE(at) !== INITIAL_WINDOW_SIZE) continue;
      const initial = payload.readUInt32BE(at + 2);
      this.#stream += initial - this.#initial;
      this.#initial = initial;
    }
  }
}
