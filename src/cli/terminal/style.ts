/** How things stand out. */
export interface Style {
  /** What is beside the conversation. */
  readonly quiet: (text: string) => string;
  /** What needs to be noticed. */
  readonly strong: (text: string) => string;
  /** What went wrong. */
  readonly wrong: (text: string) => string;
  /** A name, always in the same colour. */
  readonly name: (username: string, text?: string) => string;
}

/** Those of the sixteen colours that can be read on black and on white; red is for what went wrong. */
const NAME_COLOURS = [32, 33, 35, 36, 92, 94, 95, 96];

/** The styles of a terminal, with or without colours. */
export function makeStyle(coloured: boolean): Style {
  const paint = (code: number) => (text: string) =>
    coloured && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    quiet: paint(2),
    strong: paint(1),
    wrong: paint(31),
    name: (username, text = username) => paint(colourOf(username))(text),
  };
}

/** FNV-1a: short, and spreads short names well. */
function colourOf(username: string): number {
  let hash = 0x811c9dc5;
  for (const character of username) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return NAME_COLOURS[hash % NAME_COLOURS.length] ?? 0;
}
