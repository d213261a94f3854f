import { expect } from "chai";
import fc from "fast-check";
import { check } from "./history/check.ts";
import { healthyHistory } from "./history/healthy.ts";
import { COMMAND_PLANTS } from "./history/plants/commands.ts";
import { CURSOR_PLANTS } from "./history/plants/cursors.ts";
import { MESSAGE_PLANTS } from "./history/plants/messages.ts";

const RUNS = 200;
const PLANTS = { ...MESSAGE_PLANTS, ...CURSOR_PLANTS, ...COMMAND_PLANTS };

describe("The history checker", function () {
  this.timeout(60_000);

  it("has nothing to say of a room that keeps its promise", () => {
    fc.assert(
      fc.property(healthyHistory(), (history) => {
        expect(check(history).violations).to.deep.equal([]);
      }),
      { numRuns: 5 * RUNS },
    );
  });

  it("counts what was accepted and what was delivered", () => {
    fc.assert(
      fc.property(healthyHistory(), (history) => {
        const { accepted, deliveries } = check(history);
        const told = history.sends.filter(({ answers }) => JSON.stringify(answers).includes('"accepted"'));
        expect(accepted).to.equal(told.length);
        expect(deliveries).to.equal(JSON.stringify(history.streams).split('"kind":"message"').length - 1);
      }),
    );
  });

  it("lets a head lie behind where there were several servers, and not where there was one", () => {
    const message = { id: 1, sender: "ana", recipient: "", text: "hello", sentAt: 5 };
    const send = { user: "ana", client: "ana's phone", requestId: "r1", recipient: "", text: "hello" };
    const streams = [0, 1].map((resumeAfter) => ({
      user: "ana",
      client: "ana's phone",
      join: { resumeAfter, logId: "log", recent: 0 },
      welcome: { logId: "log", headId: 0 },
      seen: resumeAfter === 0 ? [{ kind: "message" as const, ...message }] : [{ kind: "caughtUp" as const, id: 1 }],
      complete: false,
    }));
    const answers = [{ kind: "accepted" as const, id: 1, sentAt: 5, duplicate: false }];
    const history = { sends: [{ ...send, answers }], streams, oldestId: 1 };
    expect(check(history).violations.join()).to.contain("was told of no gap");
    expect(check({ ...history, headMayLag: true }).violations).to.deep.equal([]);
  });

  it("refuses commands that cannot be told apart", () => {
    const send = { user: "ana", client: "ana's phone", requestId: "r1", recipient: "", text: "hello", answers: [] };
    const history = { sends: [send, { ...send, requestId: "r2" }], streams: [], oldestId: 1 };
    expect(() => check(history)).to.throw("ana's command r2 has the text of another");
  });

  for (const [what, plant] of Object.entries(PLANTS)) {
    it(`finds ${what}`, () => {
      let planted = 0;
      fc.assert(
        fc.property(healthyHistory(), fc.nat(), (healthy, pick) => {
          const history = structuredClone(healthy);
          const sentence = plant(history, pick);
          if (sentence === undefined) return;
          planted += 1;
          expect(check(history).violations).to.include(sentence);
        }),
        { numRuns: RUNS },
      );
      expect(planted, `of ${RUNS} histories, those with a place for it`).to.be.greaterThan(RUNS / 20);
    });
  }
});
