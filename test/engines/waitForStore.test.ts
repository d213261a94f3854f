import { expect } from "chai";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { waitForStore } from "../../src/server/engines/waitForStore.ts";

/** A store whose first `failures` openings fail. */
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

describe("waitForStore", () => {
  it("a start repeats its attempts until the store is available", async () => {
    const opens = opensAfter(2, AWAY);
    expect(await waitForStore(() => opens.open(), 60_000)).to.equal("opened");
    expect(opens.attempts).to.equal(3);
  });

  it("a start without a timeout throws the first error", async () => {
    const never = opensAfter(Number.POSITIVE_INFINITY, AWAY);
    expect(await waitForStore(() => never.open(), 0).catch((error) => error)).to.equal(AWAY);
    expect(never.attempts).to.equal(1);
  });

  it("a start that is aborted throws the reason at once", async () => {
    const controller = new AbortController();
    const reason = new Error("stopped");
    const open = () => {
      controller.abort(reason);
      return Promise.reject(AWAY);
    };
    expect(await waitForStore(open, 60_000, controller.signal).catch((error) => error)).to.equal(reason);
  });

  it("a start throws an error other than StoreUnavailable at once", async () => {
    const broken = opensAfter(1, new OutcomeUnknown("broken"));
    expect(await waitForStore(() => broken.open(), 60_000).catch((error) => error)).to.be.instanceOf(OutcomeUnknown);
    expect(broken.attempts).to.equal(1);
  });
});
