/** An axis of a chart. */
export interface Axis {
  /** What is counted, and its unit. */
  readonly label: string;
  /** Equal steps are equal ratios. What is not above 0 has no place on it. */
  readonly log?: boolean;
}

/** Where values lie along an axis. */
export interface Scale {
  /** How far along a value lies: 0 at the beginning, 1 at the end. */
  readonly place: (value: number) => number;
  /** The values that are marked, rising: round ones, the first and last at the two ends. */
  readonly ticks: readonly number[];
}

// About so many ticks; which values are round decides how many it really are.
const TICKS = 6;

/** Whether an axis has a place for a value. */
export function canShow({ log = false }: Axis, value: number): boolean {
  return Number.isFinite(value) && (!log || value > 0);
}

/** The scale on which all values (each of which has a place on the axis) lie between two round ones. */
export function scaleOf({ log = false }: Axis, values: readonly number[]): Scale {
  const least = values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  const most = values.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
  if (values.length === 0) return log ? logarithmic(1, 10) : linear(0, 1);
  return log ? logarithmic(least, most) : linear(least, most);
}

function linear(least: number, most: number): Scale {
  // From 0, unless everything happens far away from it: a chart that does not say so exaggerates.
  const from = least >= 0 && least < most * 0.7 ? 0 : least;
  // Values that hardly differ are not pulled apart further than numbers can be told apart.
  const step = roundStep(Math.max((most - from) / (TICKS - 1), Math.abs(most) * 1e-6) || 1);
  const first = Math.floor(from / step);
  const last = Math.max(Math.ceil(most / step), first + 1);
  // Multiplied, not added up: sums of 0.1 drift.
  const ticks = Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
  return { ticks, place: (value) => (value - first * step) / ((last - first) * step) };
}

function logarithmic(least: number, most: number): Scale {
  const decades = Math.log10(most / least);
  const rounds = decades > 4 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5];
  const all = Array.from(
    { length: Math.ceil(decades) + 3 },
    (_, index) => Math.floor(Math.log10(least)) + index - 1,
  ).flatMap((exponent) => rounds.map((round) => Number(`${round}e${exponent}`)));
  const from = all.findLast((value) => value <= least) ?? least;
  const to = all.find((value) => value >= most && value > from) ?? most;
  const ticks = all.filter((value) => value >= from && value <= to);
  return { ticks, place: (value) => Math.log(value / from) / Math.log(to / from) };
}

// The round step that is nearest above: 1, 2, 2.5 or 5 times a power of ten.
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return ([1, 2, 2.5, 5].find((round) => round * power >= step) ?? 10) * power;
}
