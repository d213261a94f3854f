/** An axis of a chart. */
export interface Axis {
  /** The quantity and its unit. */
  readonly label: string;
  /** Whether the axis is logarithmic. A logarithmic axis cannot show values of 0 or less. */
  readonly log?: boolean;
}

/** Maps values to positions along an axis. */
export interface Scale {
  /** The position of a value: 0 at the start of the axis, 1 at its end. */
  readonly position: (value: number) => number;
  /** The labelled values, ascending. They are round numbers, and the first and the last are the ends of the axis. */
  readonly ticks: readonly number[];
}

// The approximate number of ticks. The exact number depends on which values are round.
const TICKS = 6;

/** Whether an axis can show a value. */
export function canShow({ log = false }: Axis, value: number): boolean {
  return Number.isFinite(value) && (!log || value > 0);
}

/** A scale whose ends are round numbers and which contains all values. The axis must be able to show each value. */
export function scaleOf({ log = false }: Axis, values: readonly number[]): Scale {
  const least = values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  const most = values.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
  if (values.length === 0) return log ? logarithmic(1, 10) : linear(0, 1);
  return log ? logarithmic(least, most) : linear(least, most);
}

function linear(least: number, most: number): Scale {
  // Start at 0 unless all values are far from it, because an axis that starts elsewhere exaggerates differences.
  const from = least >= 0 && least < most * 0.7 ? 0 : least;
  // A lower bound for the step, so that the labels of values that hardly differ are not equal.
  const step = roundStep(Math.max((most - from) / (TICKS - 1), Math.abs(most) * 1e-6) || 1);
  const first = Math.floor(from / step);
  const last = Math.max(Math.ceil(most / step), first + 1);
  // Multiply instead of adding up, because sums of 0.1 accumulate rounding errors.
  const ticks = Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
  return { ticks, position: (value) => (value - first * step) / ((last - first) * step) };
}

function logarithmic(least: number, most: number): Scale {
  const decades = Math.log10(most / least);
  const leadingDigits = decades > 4 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5];
  const all = Array.from(
    { length: Math.ceil(decades) + 3 },
    (_, index) => Math.floor(Math.log10(least)) + index - 1,
  ).flatMap((exponent) => leadingDigits.map((digit) => Number(`${digit}e${exponent}`)));
  const from = all.findLast((value) => value <= least) ?? least;
  const to = all.find((value) => value >= most && value > from) ?? most;
  const ticks = all.filter((value) => value >= from && value <= to);
  return { ticks, position: (value) => Math.log(value / from) / Math.log(to / from) };
}

// The smallest round step that is not below `step`: 1, 2, 2.5 or 5 times a power of ten.
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return ([1, 2, 2.5, 5].find((round) => round * power >= step) ?? 10) * power;
}
