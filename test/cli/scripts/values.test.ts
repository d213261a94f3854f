import { expect } from "chai";
import { readId, readLimit, readSince, readTime, readWaitMs } from "../../../src/cli/commands/script/values.ts";
import { ConfigError } from "../../../src/config/index.ts";

const NOW = new Date("2026-12-01T12:00:00.000Z");

describe("The values of a command for scripts", () => {
  it("an id is a whole number, also with the # that it is printed with", () => {
    expect(readId("--before", "7")).to.equal(7n);
    expect(readId("--before", "#7")).to.equal(7n);
    expect(readId("--before", "18446744073709551615")).to.equal(2n ** 64n - 1n);
    for (const text of ["0", "-1", "1.5", "seven", "", "##7", "18446744073709551616", " 7"]) {
      expect(() => readId("--before", text), text).to.throw(ConfigError, /^--before must be the number of a message/);
    }
  });

  it("a duration has a unit, and a wait lasts from one second to 24 days", () => {
    expect(["30s", "10m", "2h", "3d", "1w"].map((text) => readWaitMs("--timeout", text))).to.deep.equal([
      30_000, 600_000, 7_200_000, 259_200_000, 604_800_000,
    ]);
    for (const text of ["30", "0s", "-1s", "1.5h", "10 m", "25d", "1y", "", "s"]) {
      expect(() => readWaitMs("--timeout", text), text).to.throw(ConfigError, /^--timeout must be a duration/);
    }
  });

  it("a time is a duration before now, or an ISO time, which is local without a zone", () => {
    expect(readTime("--since", "90m", NOW).toISOString()).to.equal("2026-12-01T10:30:00.000Z");
    expect(readTime("--since", "2026-11-30T09:30:00Z", NOW).toISOString()).to.equal("2026-11-30T09:30:00.000Z");
    expect(readTime("--since", "2026-11-30T09:30+07:00", NOW).toISOString()).to.equal("2026-11-30T02:30:00.000Z");
    expect(readTime("--since", "2026-11-30 09:30", NOW)).to.deep.equal(new Date(2026, 10, 30, 9, 30));
    expect(readTime("--since", "2026-11-30", NOW)).to.deep.equal(new Date(2026, 10, 30));
    for (const text of ["7", "yesterday", "2026-13-01", "2026-11-30T25:00", "2026", "10:30", "", "12/01/2026"]) {
      expect(() => readTime("--since", text, NOW), text).to.throw(
        ConfigError,
        /^--since must be a duration .* or a time/,
      );
    }
  });

  it("a duration that reaches before the first date of JavaScript is refused", () => {
    expect(() => readTime("--since", "999999999w", NOW)).to.throw(ConfigError);
  });

  it("--since of tail is an id, a duration or a time", () => {
    expect(readSince("--since", "0", NOW)).to.deep.equal({ kind: "id", id: 0n });
    expect(readSince("--since", "#41", NOW)).to.deep.equal({ kind: "id", id: 41n });
    expect(readSince("--since", "1h", NOW)).to.deep.equal({ kind: "time", time: new Date("2026-12-01T11:00:00.000Z") });
    expect(() => readSince("--since", "soon", NOW)).to.throw(ConfigError, /^--since must be the number of a message/);
  });

  it("a number of messages is from 1 to 10000", () => {
    expect(readLimit("--limit", "10000")).to.equal(10_000);
    for (const text of ["0", "-1", "10001", "5.5", "ten", ""]) {
      expect(() => readLimit("--limit", text), text).to.throw(ConfigError, "--limit must be a whole number");
    }
  });
});
