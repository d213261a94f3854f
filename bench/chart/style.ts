/** The colour and the mark that distinguish a series from the others. */
interface SeriesStyle {
  readonly colour: string;
  /** The path of its mark, with the point as origin. */
  readonly mark: string;
}

const MARKS = {
  circle: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z",
  square: "M-3.5 -3.5h7v7h-7Z",
  up: "M0 -4.5L4.5 3.5H-4.5Z",
  down: "M0 4.5L4.5 -3.5H-4.5Z",
  diamond: "M0 -5L5 0L0 5L-5 0Z",
} as const;

// Okabe and Ito's colours, which colour-blind people can distinguish too: https://jfly.uni-koeln.de/color/
// Yellow is left out because it is hard to see on white. The marks also differ, for prints in grey.
const STYLES: readonly [SeriesStyle, ...SeriesStyle[]] = [
  { colour: "#d55e00", mark: MARKS.circle },
  { colour: "#0072b2", mark: MARKS.square },
  { colour: "#009e73", mark: MARKS.up },
  { colour: "#cc79a7", mark: MARKS.diamond },
  { colour: "#56b4e9", mark: MARKS.down },
  { colour: "#000000", mark: MARKS.square },
  { colour: "#e69f00", mark: MARKS.up },
  { colour: "#777777", mark: MARKS.circle },
];

/** The style of the series with this index. After the eighth series the styles repeat. */
export function styleOf(index: number): SeriesStyle {
  return STYLES[index % STYLES.length] ?? STYLES[0];
}

/** Draws the mark of a series at a point. */
export function marker(index: number, x: number, y: number): string {
  const { colour, mark } = styleOf(index);
  return `<path d="${mark}" transform="translate(${x} ${y})" fill="${colour}"/>`;
}
