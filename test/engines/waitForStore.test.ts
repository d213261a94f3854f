import { expect } from "chai";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { waitForStore } from "../../src/server/engines/waitForStore.ts";

/** Something that can be opened when it was tried so many times. */
function opensAfter(failures: number, error: Error): { open(): Promise<string>; readonly attempts: number } {
  let attempts = 0;
  return {
    async open() {
      attempts += 1;
      if (attempts <= failures) throw error;
      return "opened";
    },
    get attempts() {
      return attempts;
    },
  };
}

const AWAY = new StoreUnavailable("away");

describe("A server that starts while its store is away", () => {
  it("tries until it is back", async () => {
    const opens = opensAfter(2, AWAY);
    expect(await waitForStore(() => opens.open(), 60_000)).to.equal("opened");
    expect(opens.attempts).to.equal(3);
  });

  it("throws what was wrong where it may not wait", async () => {
    const never = opensAfter(Number.POSITIVE_INFINITY, AWAY);
    expect(await waitForStore(() => never.open(), 0).catch((error) => error)).to.equal(AWAY);
    expect(never.attempts).to.equal(1);
  });

  it("throws why it was stopped as soon as it is", async () => {
    const controller = new AbortController();
    const reason = new Error("stopped");
    const open = () => {
      controller.abort(reason);
      return Promise.reject(AWAY);
    };
    expect(await waitForStore(open, 60_000, controller.signal).catch((error) => error)).to.equal(reason);
  });

  it("throws any other error at once", async () => {
    const broken = opensAfter(1, new OutcomeUnknown("broken"));
    expect(await waitForStore(() => broken.open(), 60_000).catch((error) => error)).to.be.instanceOf(OutcomeUnknown);
    expect(broken.attempts).to.equal(1);
  });
});
