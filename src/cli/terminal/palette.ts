/** The number of colours that a terminal shows. 0: none, also no bold text. */
export type ColourCount = 0 | 16 | 256;

/** The colours of a terminal, as parameters of the control sequence SGR. */
export interface Palette {
  readonly names: readonly string[];
  readonly quiet: string;
  readonly wrong: string;
  /** What marks a private message. */
  readonly private: string;
}

/**
 * The palettes by the number of colours. Each colour has a contrast of at least 3:1 against black and against white, so
 * that it is readable on dark and on light backgrounds.
 *
 * Only two of the sixteen colours pass with the usual values of xterm and of VGA, besides the red of errors: 35 (magenta)
 * and 94 (bright blue). `2` is no colour but a fainter form of the terminal's own.
 */
export const PALETTES: Readonly<Record<Exclude<ColourCount, 0>, Palette>> = {
  16: { names: ["35", "94"], quiet: "2", wrong: "91", private: "35" },
  256: {
    names: [28, 29, 30, 31, 32, 63, 64, 69, 94, 99, 100, 130, 135, 163, 166, 168].map((colour) => `38;5;${colour}`),
    quiet: "38;5;244",
    wrong: "38;5;196",
    private: "38;5;170",
  },
};

/** The number of colours of a terminal, which `TERM`, `COLORTERM`, `NO_COLOR` and `FORCE_COLOR` decide. */
export function countColours(tty: { hasColors(count?: number): boolean }): ColourCount {
  if (tty.hasColors(256)) return 256;
  return tty.hasColors(16) ? 16 : 0;
}
