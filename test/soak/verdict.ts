import type { Sample } from "./watch.ts";

/** The samples of a soak. */
export interface Seen {
  /** Before the first client came. */
  readonly begin: Sample;
  /** While the clients were there. */
  readonly samples: readonly Sample[];
  /** After all had left. */
  readonly end: Sample;
}

/** The heap may have grown by this fraction: it varies from one moment to the next. */
const MAX_GROWTH = 0.1;
/** The end of the second minute, in seconds. */
const EARLY = 120;
/** A single sample may fall on a peak, so the heap is the median of this many seconds. */
const SPAN = 30;

/** The figures that must be back where they began when all clients have left. */
const BACK = ["streams", "readers", "readersBehind", "listeners", "handles", "openFiles"] as const;

/** The heap after a garbage collection, in bytes: after the second minute, and at the end, with as many clients. */
export function heapOf(samples: readonly Sample[]): { readonly early: number; readonly late: number } {
  const last = samples.at(-1)?.seconds ?? 0;
  const early = samples.filter(({ seconds }) => seconds >= EARLY && seconds < EARLY + SPAN);
  const late = samples.filter(({ seconds }) => seconds > last - SPAN);
  return { early: median(early.map(({ heap }) => heap)), late: median(late.map(({ heap }) => heap)) };
}

/** A sentence for each figure that is not back where it began. */
export function notBack(begin: Sample, end: Sample): string[] {
  return BACK.filter((what) => end[what] > begin[what]).map(
    (what) => `When all had left there were ${end[what]} ${WORDS[what]}, and ${begin[what]} before the first one came.`,
  );
}

/**
 * A sentence for each fault of the server; none if it passed. `judgesGrowth`: the soak was long enough to judge the
 * growth of the heap.
 */
export function verdict({ begin, samples, end }: Seen, judgesGrowth = true): string[] {
  const { early, late } = heapOf(samples);
  const found = notBack(begin, end);
  if (end.heap > begin.heap * (1 + MAX_GROWTH)) {
    const [before, after] = [inMegabytes(begin.heap), inMegabytes(end.heap)];
    found.unshift(`The heap was ${before} before the first client came, and ${after} when all had left.`);
  }
  // Not `>`: without a sample the median is NaN, and then the growth must count as a fault.
  if (judgesGrowth && !(late <= early * (1 + MAX_GROWTH))) {
    found.unshift(
      `The heap grew from ${inMegabytes(early)} after the second minute to ${inMegabytes(late)} at the end.`,
    );
  }
  return found;
}

/** Bytes for people: `30.0 MB`. */
export function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const WORDS: Readonly<Record<(typeof BACK)[number], string>> = {
  streams: "streams",
  readers: "readers",
  readersBehind: "readers behind",
  listeners: "listeners",
  handles: "handles",
  openFiles: "open files",
};

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
