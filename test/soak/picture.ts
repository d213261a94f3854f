import { lineChart } from "../../bench/chart/index.ts";
import type { Sample } from "./watch.ts";

/** One chart of the picture, with its lines by name. */
interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly lines: Readonly<Record<string, (sample: Sample) => number>>;
}

const MB = 1e6;

const CHARTS: readonly Chart[] = [
  {
    title: "Heap after a garbage collection",
    unit: "MB",
    lines: { heap: ({ heap }) => heap / MB, "buffers outside of it": ({ external }) => external / MB },
  },
  { title: "Memory that the process holds", unit: "MB", lines: { resident: ({ rss }) => rss / MB } },
  {
    title: "Streams",
    unit: "streams",
    lines: {
      streams: ({ streams }) => streams,
      readers: ({ readers }) => readers,
      "readers behind": ({ readersBehind }) => readersBehind,
    },
  },
  {
    title: "Descriptors, handles, listeners",
    unit: "of each",
    lines: {
      "open files": ({ openFiles }) => openFiles,
      handles: ({ handles }) => handles,
      listeners: ({ listeners }) => listeners,
    },
  },
  { title: "Messages accepted", unit: "messages", lines: { accepted: ({ accepted }) => accepted } },
  {
    title: "Delay of the event loop, including the soak's own garbage collections",
    unit: "ms",
    lines: { "99 of 100": ({ loopDelay }) => loopDelay },
  },
];

const COLUMNS = 2;
/** The size of a chart. */
const WIDTH = 860;
const HEIGHT = 480;

/** The samples of a soak as one SVG, with a chart over the minutes for each group of figures. */
export function picture(samples: readonly Sample[]): string {
  const rows = Math.ceil(CHARTS.length / COLUMNS);
  const charts = CHARTS.map((chart, i) => {
    const [x, y] = [(i % COLUMNS) * WIDTH, Math.floor(i / COLUMNS) * HEIGHT];
    return draw(chart, samples).replace("<svg ", `<svg x="${x}" y="${y}" `);
  });
  const [width, height] = [COLUMNS * WIDTH, rows * HEIGHT];
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`;
  return `${[head, ...charts].join("\n")}</svg>\n`;
}

function draw({ title, unit, lines }: Chart, samples: readonly Sample[]): string {
  const series = Object.entries(lines).map(([name, read]) => ({
    name,
    points: samples.map((sample) => [sample.seconds / 60, read(sample)] as const),
  }));
  return lineChart({ title, x: { label: "minutes" }, y: { label: unit }, series });
}
