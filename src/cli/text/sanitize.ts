/**
 * Characters that can change what a terminal shows: C0 and C1 control characters, DEL, and embeddings, overrides and
 * isolates of the text direction, with their deprecated relatives (U+206A to U+206F). Directional marks and zero-width
 * characters are safe, and scripts and emoji need them.
 */
const DANGEROUS = /[\p{Cc}\u202a-\u202e\u2066-\u206f]/gu;

/** Makes text of other users safe to show on one line: dangerous characters become visible ones. */
export function sanitizeLine(text: string): string {
  return text.replace(/\r\n|[\n\u2028\u2029]/g, "⏎").replace(DANGEROUS, visible);
}

/** The same as `sanitizeLine` for each line of a text. */
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
