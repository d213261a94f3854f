import { expect } from "chai";
import { retry } from "../../src/server/common/retry.ts";

const AWAY = new Error("away");

/** An attempt that fails this many times before it succeeds. */
function failing(times: number): { attempt: () => Promise<string>; readonly attempts: number } {
  let attempts = 0;
  return {
    attempt: async () => {
      attempts += 1;
      if (attempts <= times) throw AWAY;
      return "done";
    },
    get attempts() {
      return attempts;
    },
  };
}

describe("retry", () => {
  it("retry repeats an attempt until it succeeds, and reports only the first failure.", async () => {
    const counted = failing(3);
    const reports: unknown[] = [];
    const result = await retry(counted.attempt, {
      timeoutMs: 60_000,
      pauseMs: 1,
      mayPass: (error) => error === AWAY,
      onFirstFailure: (error) => reports.push(error),
    });
    expect(result).to.equal("done");
    expect(counted.attempts).to.equal(4);
    expect(reports).to.deep.equal([AWAY]);
  });

  it("retry throws an error that cannot pass, and any error after its time, without another attempt.", async () => {
    for (const [timeoutMs, canPass] of [
      [60_000, false],
      [0, true],
    ] as const) {
      const counted = failing(1);
      const options = { timeoutMs, pauseMs: 1, mayPass: () => canPass };
      expect(await retry(counted.attempt, options).catch((error) => error)).to.equal(AWAY);
      expect(counted.attempts).to.equal(1);
    }
  });

  it("retry throws the reason of its signal as soon as that is aborted during a pause.", async () => {
    const controller = new AbortController();
    const reason = new Error("stopped");
    const retrying = retry(failing(1).attempt, {
      timeoutMs: 60_000,
      pauseMs: 60_000,
      mayPass: () => true,
      onFirstFailure: () => setImmediate(() => controller.abort(reason)),
      signal: controller.signal,
    });
    expect(await retrying.catch((error) => error)).to.equal(reason);
  });
});
