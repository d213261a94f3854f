const FINAL_TEXT = 0x81;

/** Encodes a text frame as a server sends it (RFC 6455, section 5.2), for payloads below 64 KiB. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const header = length < 126 ? Buffer.of(FINAL_TEXT, length) : Buffer.of(FINAL_TEXT, 126, length >> 8, length & 0xff);
  return Buffer.concat([header, payload]);
}
