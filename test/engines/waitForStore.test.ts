import { expect } from "chai";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { waitForStore } from "../../src/server/engines/waitForStore.ts";

/** A store whose first `failures` openings throw `error`. */
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

const UNAVAILABLE = new StoreUnavailable("unavailable");

describe("waitForStore", () => {
  it("waitForStore repeats the opening until the store is available", async () => {
    const opens = opensAfter(2, UNAVAILABLE);
    expect(await waitForStore(() => opens.open(), 60_000)).to.equal("opened");
    expect(opens.attempts).to.equal(3);
  });

  it("waitForStore with a timeout of 0 throws the first error", async () => {
    const never = opensAfter(Number.POSITIVE_INFINITY, UNAVAILABLE);
    expect(await waitForStore(() => never.open(), 0).catch((error) => error)).to.equal(UNAVAILABLE);
    expect(never.attempts).to.equal(1);
  });

  it("waitForStore throws the reason of its signal if that is aborted during an opening", async () => {
    const controller = new AbortController();
    const reason = new Error("stopped");
    const open = () => {
      controller.abort(reason);
      return Promise.reject(UNAVAILABLE);
    };
    expect(await waitForStore(open, 60_000, controller.signal).catch((error) => error)).to.equal(reason);
  });

  it("waitForStore throws an error other than StoreUnavailable at once", async () => {
    const broken = opensAfter(1, new OutcomeUnknown("broken"));
    expect(await waitForStore(() => broken.open(), 60_000).catch((error) => error)).to.be.instanceOf(OutcomeUnknown);
    expect(broken.attempts).to.equal(1);
  });
});
