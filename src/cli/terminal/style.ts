import { type ColourCount, PALETTES } from "./palette.ts";

/** Paints text with the control sequences of a terminal. Each row of the text is painted on its own. */
export interface Style {
  /** Messages of the program. */
  readonly quiet: (text: string) => string;
  /** Text to notice. */
  readonly strong: (text: string) => string;
  /** Errors. */
  readonly wrong: (text: string) => string;
  /** The user's own name in a message of another user. */
  readonly mention: (text: string) => string;
  /** The mark of a private message. */
  readonly private: (text: string) => string;
  /** A name, which always has the same colour. `text`: the name as it is shown. */
  readonly name: (username: string, text?: string) => string;
}

/** The style of a terminal with a number of colours. Without colours nothing is painted. */
export function makeStyle(colours: ColourCount): Style {
  if (colours === 0) {
    const plain = (text: string) => text;
    return {
      quiet: plain,
      strong: plain,
      wrong: plain,
      mention: plain,
      private: plain,
      name: (username, text = username) => text,
    };
  }
  const palette = PALETTES[colours];
  return {
    quiet: painter(palette.quiet),
    strong: painter("1"),
    wrong: painter(palette.wrong),
    mention: painter("1;7"),
    private: painter(palette.private),
    name: (username, text = username) => painter(colourOf(username, palette.names))(text),
  };
}

function painter(parameters: string): (text: string) => string {
  return (text) => text.replace(/[^\n]+/g, (row) => `\u001b[${parameters}m${row}\u001b[0m`);
}

/** FNV-1a: a short hash that spreads short names well. */
function colourOf(username: string, colours: readonly string[]): string {
  let hash = 0x811c9dc5;
  for (const character of username) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return colours[hash % colours.length] ?? "";
}
