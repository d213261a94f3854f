import { expect } from "chai";
import { Indexer } from "../../src/server/search/indexer.ts";

/** An index of a log, of which each step indexes up to 10 messages. `settled` resolves when a step finds no more. */
class ModelIndex {
  headId = 0;
  indexedTo = 0;
  failures = 0;
  steps = 0;
  #idle = Promise.withResolvers<void>();

  async advance(): Promise<boolean> {
    this.steps += 1;
    await Promise.resolve();
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error("the store is unavailable");
    }
    this.indexedTo = Math.min(this.headId, this.indexedTo + 10);
    if (this.indexedTo < this.headId) return true;
    this.#idle.resolve();
    return false;
  }

  /** Resolves when a later step has found nothing more to do. */
  idle(): Promise<void> {
    this.#idle = Promise.withResolvers<void>();
    return this.#idle.promise;
  }
}

const NEVER = 2 ** 30;

describe("Indexer", () => {
  let index: ModelIndex;
  let reports: unknown[];
  let indexer: Indexer;

  function setUp(times: Partial<ConstructorParameters<typeof Indexer>[2]> = {}): void {
    index = new ModelIndex();
    reports = [];
    indexer = new Indexer(index, (error) => reports.push(error), { delayMs: 1, retryMs: 1, pollMs: NEVER, ...times });
  }

  afterEach(() => indexer.stop());

  it("a start indexes all messages, step by step", async () => {
    setUp();
    index.headId = 95;
    const idle = index.idle();
    indexer.start();
    await idle;
    expect([index.indexedTo, index.steps]).to.deep.equal([95, 10]);
  });

  it("a notification indexes the new messages", async () => {
    setUp();
    const idle = index.idle();
    indexer.start();
    await idle;
    index.headId = 5;
    const again = index.idle();
    indexer.notify();
    await again;
    expect(index.indexedTo).to.equal(5);
  });

  it("many notifications cause one step", async () => {
    setUp({ delayMs: 5 });
    index.headId = 5;
    const idle = index.idle();
    for (let i = 0; i < 1_000; i += 1) indexer.notify();
    await idle;
    expect(index.steps).to.equal(1);
  });

  it("messages without a notification are indexed, too", async () => {
    setUp({ pollMs: 1 });
    const idle = index.idle();
    indexer.start();
    await idle;
    index.headId = 5;
    while (index.indexedTo < 5) await index.idle();
  });

  it("a failed step is repeated, and the first failure in a row is reported", async () => {
    setUp();
    index.headId = 5;
    index.failures = 3;
    const idle = index.idle();
    indexer.start();
    await idle;
    expect([index.indexedTo, reports.length]).to.deep.equal([5, 1]);
  });

  it("an indexer is behind from its first step until one finds no more, also if steps fail in between", async () => {
    setUp();
    index.headId = 15;
    expect(indexer.behindMs).to.equal(0);
    const idle = index.idle();
    indexer.start();
    while (index.steps === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(indexer.behindMs).to.be.above(0);
    index.failures = 1;
    await idle;
    await new Promise((resolve) => setImmediate(resolve));
    expect(indexer.behindMs).to.equal(0);
  });

  it("a stop waits for the step in flight, and no step follows", async () => {
    setUp();
    index.headId = 1_000;
    const idle = index.idle();
    indexer.start();
    await Promise.race([idle, new Promise((resolve) => setImmediate(resolve))]);
    await indexer.stop();
    const { steps } = index;
    indexer.notify();
    await new Promise((resolve) => setImmediate(resolve));
    expect(index.steps).to.equal(steps);
  });
});
