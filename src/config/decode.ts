/** The encodings that `detectEncoding` recognises. */
export type Encoding = "UTF-8" | "UTF-8 with a byte-order mark" | "UTF-16" | "UTF-32";

/** Detects the encoding of a text from its first four bytes. Fewer bytes may look like UTF-8. */
export function detectEncoding(bytes: Uint8Array): Encoding {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "UTF-8 with a byte-order mark";
  if (a === 0xff && b === 0xfe && c === 0 && d === 0) return "UTF-32";
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return "UTF-32";
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return "UTF-16";
  // Without a byte-order mark, every other byte of a Latin text is zero.
  if ((a === 0 && b !== undefined && b !== 0) || (a !== 0 && a !== undefined && b === 0)) return "UTF-16";
  return "UTF-8";
}

/** The text; or the problem, as the end of a sentence whose subject is the bytes. */
export type Decoded = { readonly text: string } | { readonly problem: string };

/** Decodes UTF-8, with or without a byte-order mark. The remedy refers to the bytes as `what`, such as a file name. */
export function decodeText(bytes: Uint8Array, what: string): Decoded {
  const encoding = detectEncoding(bytes);
  if (encoding === "UTF-16" || encoding === "UTF-32") {
    return {
      problem: `is text in ${encoding}. Save it as UTF-8; on Linux: iconv -f ${encoding} -t UTF-8 ${what}`,
    };
  }
  try {
    // The decoder removes the byte-order mark.
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { problem: "is not text in UTF-8. Save it as UTF-8" };
  }
}
