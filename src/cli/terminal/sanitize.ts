/**
 * What could change how a terminal shows things: C0 and C1 control characters, DEL, and the characters that turn the direction of
 * the text around. Directional marks and zero-width characters stay: scripts and emoji need them, and they move nothing else.
 */
const DANGEROUS = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** Makes text of other people safe to show on one line: what is dangerous becomes something to see. */
export function sanitizeLine(text: string): string {
  return text.replace(/\r\n|[\n\u2028\u2029]/g, "⏎").replace(DANGEROUS, visible);
}

/** The same for text of several lines, as an array of them. */
export function sanitizeLines(text: string): string[] {
  return text.split(/\r\n|[\n\u2028\u2029]/).map(sanitizeLine);
}

function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0x09) return "    ";
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `<${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}
