import { expect } from "chai";
import { heapOf, verdict } from "./verdict.ts";
import type { Sample } from "./watch.ts";

function sample(changes: Partial<Sample> = {}): Sample {
  return {
    seconds: 0,
    heap: 30e6,
    rss: 100e6,
    external: 10e6,
    streams: 0,
    readers: 0,
    readersBehind: 0,
    openFiles: 42,
    handles: 8,
    listeners: 9,
    loopDelay: 1,
    cpuSeconds: 1,
    accepted: 0,
    deliveries: 0,
    stalled: 0,
    ...changes,
  };
}

/** Ten minutes with a sample every 5 s. `heapAt`: the heap at a second. */
function minutes(heapAt: (seconds: number) => number): Sample[] {
  return Array.from({ length: 121 }, (_, i) => sample({ seconds: i * 5, heap: heapAt(i * 5), streams: 40 }));
}

describe("The verdict of a soak", () => {
  const steady = minutes(() => 30e6);

  it("the verdict is good if the heap stays and every figure is back where it began", () => {
    expect(verdict({ begin: sample(), samples: steady, end: sample() })).to.deep.equal([]);
  });

  it("the verdict ignores the first two minutes, and a momentary peak", () => {
    const samples = minutes((seconds) => (seconds < 115 ? 20e6 : seconds === 590 ? 90e6 : 30e6));
    expect(heapOf(samples)).to.deep.equal({ early: 30e6, late: 30e6 });
    expect(verdict({ begin: sample(), samples, end: sample() })).to.deep.equal([]);
  });

  it("the verdict names a heap that has grown by more than a tenth", () => {
    const grown = (mb: number) => minutes((seconds) => 30e6 + Math.max(0, seconds - 150) * (mb / 450) * 1e6);
    expect(verdict({ begin: sample(), samples: grown(2.5), end: sample() })).to.deep.equal([]);
    expect(verdict({ begin: sample(), samples: grown(4), end: sample() })).to.have.length(1);
    expect(verdict({ begin: sample(), samples: grown(4), end: sample() })[0]).to.match(
      /^The heap grew from 30\.0 MB after the second minute to 33\.\d MB at the end\.$/,
    );
  });

  it("the verdict names a heap that is larger at the end than before the first client", () => {
    const end = sample({ heap: 34e6 });
    expect(verdict({ begin: sample(), samples: steady, end })).to.deep.equal([
      "The heap was 30.0 MB before the first client came, and 34.0 MB when all had left.",
    ]);
  });

  it("the verdict names a soak without a late sample of the heap, unless it does not judge the growth", () => {
    const seen = { begin: sample(), samples: steady.slice(0, 12), end: sample() };
    expect(verdict(seen)).to.have.length(1);
    expect(verdict(seen, false)).to.deep.equal([]);
  });

  it("the verdict names each figure that is higher than before", () => {
    const end = sample({ streams: 1, readers: 1, openFiles: 43, handles: 9, listeners: 10, readersBehind: 1 });
    expect(verdict({ begin: sample(), samples: steady, end })).to.deep.equal([
      "When all had left there were 1 streams, and 0 before the first one came.",
      "When all had left there were 1 readers, and 0 before the first one came.",
      "When all had left there were 1 readers behind, and 0 before the first one came.",
      "When all had left there were 10 listeners, and 9 before the first one came.",
      "When all had left there were 9 handles, and 8 before the first one came.",
      "When all had left there were 43 open files, and 42 before the first one came.",
    ]);
  });
});
