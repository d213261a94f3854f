import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's heap near the size of the live objects. The young generation keeps its initial 1 MiB. The old generation
 * is collected when it has grown by 80 %, not fourfold. Uncollected objects also hold buffers outside the heap.
 * docs/decisions/0012-v8-heap.md has the measurements.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=80");
}
