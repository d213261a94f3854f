import { type Axis, canShow, type Scale, scaleOf } from "./scale.ts";
import { marker, styleOf } from "./style.ts";

/** A line of a chart. */
export interface Series {
  readonly name: string;
  /** In the order in which the line joins them. Points that an axis cannot show are left out. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** The contents of a line chart. */
export interface LineChart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Up to 8 series have a colour and a mark of their own; after that, they repeat. */
  readonly series: readonly Series[];
}

const WIDTH = 860;
const HEIGHT = 480;
const PLOT = { left: 84, top: 56, width: 590, height: 350 } as const;
const LEGEND = { left: PLOT.left + PLOT.width + 24, line: 24 } as const;
// On a line with more points than this, marks would hide the line.
const MAX_MARKED_POINTS = 40;

/**
 * Draws a line chart as a complete SVG file. The background is white, so that the chart is legible on a dark page too.
 */
export function lineChart({ title, x, y, series }: LineChart): string {
  const drawn = series.map(({ name, points }) => ({
    name,
    points: points.filter(([across, up]) => canShow(x, across) && canShow(y, up)),
  }));
  const all = drawn.flatMap(({ points }) => points);
  const scales = {
    x: scaleOf(
      x,
      all.map(([across]) => across),
    ),
    y: scaleOf(
      y,
      all.map(([, up]) => up),
    ),
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"` +
      ' font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#333" role="img">',
    `<title>${inXml(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${PLOT.left}" y="28" font-size="17" font-weight="bold">${inXml(title)}</text>`,
    ...xAxis(x, scales.x),
    ...yAxis(y, scales.y),
    ...drawn.flatMap((line, index) => drawLine(line, index, scales)),
    ...drawn.flatMap(({ name }, index) => legendLine(name, index)),
    "</svg>",
    "",
  ].join("\n");
}

function xAxis({ label }: Axis, scale: Scale): string[] {
  const bottom = PLOT.top + PLOT.height;
  const ticks = scale.ticks.flatMap((value) => {
    const x = round(PLOT.left + scale.position(value) * PLOT.width);
    return [
      `<line x1="${x}" y1="${PLOT.top}" x2="${x}" y2="${bottom}" stroke="#e4e4e4"/>`,
      `<text x="${x}" y="${bottom + 20}" text-anchor="middle">${numeral(value)}</text>`,
    ];
  });
  const middle = PLOT.left + PLOT.width / 2;
  return [...ticks, `<text x="${middle}" y="${bottom + 48}" text-anchor="middle">${inXml(label)}</text>`];
}

function yAxis({ label }: Axis, scale: Scale): string[] {
  const ticks = scale.ticks.flatMap((value) => {
    const y = round(PLOT.top + (1 - scale.position(value)) * PLOT.height);
    return [
      `<line x1="${PLOT.left}" y1="${y}" x2="${PLOT.left + PLOT.width}" y2="${y}" stroke="#e4e4e4"/>`,
      `<text x="${PLOT.left - 10}" y="${y + 4}" text-anchor="end">${numeral(value)}</text>`,
    ];
  });
  const middle = PLOT.top + PLOT.height / 2;
  return [
    ...ticks,
    `<text transform="translate(22 ${middle}) rotate(-90)" text-anchor="middle">${inXml(label)}</text>`,
  ];
}

function drawLine({ points }: Series, index: number, scales: { readonly x: Scale; readonly y: Scale }): string[] {
  const positions = points.map(
    ([x, y]) =>
      [
        round(PLOT.left + scales.x.position(x) * PLOT.width),
        round(PLOT.top + (1 - scales.y.position(y)) * PLOT.height),
      ] as const,
  );
  const { colour } = styleOf(index);
  const path = positions.map(([x, y], at) => `${at === 0 ? "M" : "L"}${x} ${y}`).join("");
  const marks = positions.length > MAX_MARKED_POINTS ? [] : positions.map(([x, y]) => marker(index, x, y));
  return path === ""
    ? []
    : [`<path d="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>`, ...marks];
}

function legendLine(name: string, index: number): string[] {
  const y = PLOT.top + 10 + index * LEGEND.line;
  const { colour } = styleOf(index);
  return [
    `<line x1="${LEGEND.left}" y1="${y}" x2="${LEGEND.left + 24}" y2="${y}" stroke="${colour}" stroke-width="2"/>`,
    marker(index, LEGEND.left + 12, y),
    `<text x="${LEGEND.left + 32}" y="${y + 4}">${inXml(name)}</text>`,
  ];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function numeral(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 6 });
}

function inXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
