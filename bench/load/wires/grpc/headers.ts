/**
 * A header block for HPACK (RFC 7541), every field literal and without indexing: longer on the wire than a clever one, and
 * written in five lines. It is sent once a connection.
 */
export function headerBlock(fields: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(fields).flatMap(([name, value]) => [Buffer.of(0), literal(name), literal(value)]);
  return Buffer.concat(parts);
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([prefixedLength(bytes.length), bytes]);
}

// An integer with a 7-bit prefix (RFC 7541, section 5.1); the eighth bit, for Huffman, stays 0.
function prefixedLength(length: number): Buffer {
  if (length < 0x7f) return Buffer.of(length);
  const bytes = [0x7f];
  let rest = length - 0x7f;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.of(...bytes, rest);
}
