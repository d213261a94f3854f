import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's heap close to what is in use: the young generation at its initial 1 MiB, and the old one collected when it has
 * grown by 80 %, not fourfold. Uncollected objects also hold buffers outside the heap. Measured in
 * docs/decisions/0012-v8-heap.md.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=80");
}
