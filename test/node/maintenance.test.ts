import { mock } from "node:test";
import { expect } from "chai";
import { DEFAULT_TIMINGS } from "../../src/server/common/limits.ts";
import { systemStopwatch } from "../../src/server/common/stopwatch.ts";
import { Maintenance, type MaintenanceParts } from "../../src/server/node/maintenance.ts";
import { followed } from "../support/steadyClock.ts";

describe("housekeeping", () => {
  afterEach(() => mock.timers.reset());

  it("looks at the log twice a second, however early a timer is by the clock", () => {
    mock.timers.enable({ apis: ["setInterval"] });
    let looks = 0;
    const housekeeping = new Maintenance(household(() => (looks += 1)));
    // All of it within a millisecond of the real clock.
    for (let second = 1; second <= 3; second += 1) {
      mock.timers.tick(1_000);
      expect(looks).to.equal(2 * second);
    }
    housekeeping.stop();
  });
});

function household(lookAgain: () => void): MaintenanceParts {
  const nothing = () => {};
  const later = async () => {};
  return {
    log: { sync: { schedule: lookAgain } } as unknown as MaintenanceParts["log"],
    feed: { markDirty: nothing } as MaintenanceParts["feed"],
    streams: new Set(),
    signIn: { flushTouches: later, purgeExpired: later } as unknown as MaintenanceParts["signIn"],
    rate: { purge: nothing } as unknown as MaintenanceParts["rate"],
    retention: { check: later } as unknown as MaintenanceParts["retention"],
    timings: DEFAULT_TIMINGS,
    clock: followed(Date.now),
    clockMark: { read: async () => undefined, write: later },
    stopwatch: systemStopwatch,
    checkSessions: later,
    report: nothing,
  };
}
