/** Paints text with the control sequences of a terminal. */
export interface Style {
  /** Messages of the program. */
  readonly quiet: (text: string) => string;
  /** Text to notice. */
  readonly strong: (text: string) => string;
  /** Errors. */
  readonly wrong: (text: string) => string;
  /** A name, which always has the same colour. `text`: the name as it is shown. */
  readonly name: (username: string, text?: string) => string;
}

/** The colours that are readable on black and on white, of the terminal's sixteen. Red is for errors. */
const NAME_COLOURS = [32, 33, 35, 36, 92, 94, 95, 96];

/** The style of a terminal, with or without colours. */
export function makeStyle(hasColours: boolean): Style {
  const paint = (code: number) => (text: string) =>
    hasColours && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    quiet: paint(2),
    strong: paint(1),
    wrong: paint(31),
    name: (username, text = username) => paint(colourOf(username))(text),
  };
}

/** FNV-1a: a short hash that spreads short names well. */
function colourOf(username: string): number {
  let hash = 0x811c9dc5;
  for (const character of username) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return NAME_COLOURS[hash % NAME_COLOURS.length] ?? 0;
}
