import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's heap close to what is in use (docs/decisions/0012): the space for new objects at the 1 MiB that it begins with, and the
 * old ones looked through when they have grown by 80 %, not when they are four times as many. What V8 does not look through holds
 * buffers outside of its heap, too.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=80");
}
