import { inMegabytes } from "./verdict.ts";
import type { Sample } from "./watch.ts";

/** The interval at which samples are printed if the output is not a terminal, in seconds. */
const EVERY = 30;
let toldAt = Number.NEGATIVE_INFINITY;

/** Prints a line. */
export function say(line: string): void {
  process.stdout.write(`${process.stdout.isTTY ? "\r\u001b[2K" : ""}${line}\n`);
}

/** Prints a sample: on a terminal in place of the one before, otherwise in a new line every `EVERY` seconds. */
export function tell(sample: Sample): void {
  const { seconds, streams, readersBehind, openFiles, heap, rss, accepted, deliveries, loopDelay } = sample;
  const clock = `${Math.floor(seconds / 60)}:${`${Math.floor(seconds % 60)}`.padStart(2, "0")}`;
  const line = [
    clock,
    `${streams} streams (${readersBehind} behind)`,
    `${openFiles} files`,
    `heap ${inMegabytes(heap)}`,
    `rss ${inMegabytes(rss)}`,
    `${accepted} accepted`,
    `${deliveries} delivered`,
    `loop late by ${loopDelay.toFixed(0)} ms`,
  ].join("  ");
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[2K${line}`);
  else if (seconds - toldAt >= EVERY) {
    toldAt = seconds;
    say(line);
  }
}
