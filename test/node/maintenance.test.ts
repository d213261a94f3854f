import { mock } from "node:test";
import { expect } from "chai";
import { DEFAULT_TIMINGS } from "../../src/server/common/limits.ts";
import { systemStopwatch } from "../../src/server/common/stopwatch.ts";
import { Maintenance, type MaintenanceParts } from "../../src/server/node/maintenance.ts";
import { followed } from "../support/steadyClock.ts";

describe("Maintenance", () => {
  afterEach(() => mock.timers.reset());

  it("maintenance syncs the log twice a second, also if the timer fires early by the clock", () => {
    mock.timers.enable({ apis: ["setInterval"] });
    let syncs = 0;
    const maintenance = new Maintenance(partsWith(() => (syncs += 1)));
    // The mocked timer fires far earlier than the real clock says.
    for (let second = 1; second <= 3; second += 1) {
      mock.timers.tick(1_000);
      expect(syncs).to.equal(2 * second);
    }
    maintenance.stop();
  });
});

function partsWith(onSync: () => void): MaintenanceParts {
  const nothing = () => {};
  const later = async () => {};
  return {
    log: { sync: { schedule: onSync } } as unknown as MaintenanceParts["log"],
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
    checkMarkers: later,
    report: nothing,
  };
}
