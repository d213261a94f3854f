/** The length of gRPC's prefix of a message: one byte says whether the message is compressed, four give its length. */
export const PREFIX_BYTES = 5;

/** The prefix of a message that is not compressed. */
export function prefixOf(message: Uint8Array): Buffer {
  const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
  prefix[0] = 0;
  prefix.writeUInt32BE(message.length, 1);
  return prefix;
}

/** A message that is not compressed, with its prefix. */
export function framed(message: Uint8Array): Buffer {
  return Buffer.concat([prefixOf(message), message]);
}
