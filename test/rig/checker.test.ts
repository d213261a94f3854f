import { expect } from "chai";
import fc from "fast-check";
import { check } from "./checker/check.ts";
import { entriesOf, healthyHistory } from "./healthyHistory.ts";

import { COMMAND_MUTATIONS } from "./mutations/commands.ts";
import { CURSOR_MUTATIONS } from "./mutations/cursors.ts";
import { DELETION_MUTATIONS } from "./mutations/deletions.ts";
import { EDIT_MUTATIONS } from "./mutations/edits.ts";
import { MESSAGE_MUTATIONS } from "./mutations/messages.ts";

const RUNS = 200;
const MUTATIONS = {
  ...MESSAGE_MUTATIONS,
  ...CURSOR_MUTATIONS,
  ...COMMAND_MUTATIONS,
  ...EDIT_MUTATIONS,
  ...DELETION_MUTATIONS,
};
/** What a message and its command have in the histories below. */
const MESSAGE = { kind: "message" as const, user: "ana", client: "ana's phone", recipient: "", messageId: 0 };

describe("The history checker", function () {
  this.timeout(60_000);

  it("the checker finds nothing in a history that keeps the promise", () => {
    fc.assert(
      fc.property(healthyHistory(), (history) => {
        expect(check(history).violations).to.deep.equal([]);
      }),
      { numRuns: 5 * RUNS },
    );
  });

  it("the checker counts the accepted commands and the deliveries", () => {
    fc.assert(
      fc.property(healthyHistory(), (history) => {
        const { accepted, deliveries } = check(history);
        const told = history.sends.filter(({ answers }) => JSON.stringify(answers).includes('"accepted"'));
        expect(accepted).to.equal(told.length);
        expect(deliveries).to.equal(entriesOf(history));
      }),
    );
  });

  it("the checker lets the head of a welcome lag if there are several servers, and not if there is one", () => {
    const message = { id: 1, sender: "ana", recipient: "", text: "hello", sentAt: 5, editedAt: 0 };
    const send = { ...MESSAGE, requestId: "r1", text: "hello" };
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

  it("the checker compares the order of commands, unless their client may have retried them", () => {
    const sends = [2, 1].map((id) => ({
      ...MESSAGE,
      requestId: `r${id}`,
      text: `text ${id}`,
      answers: [{ kind: "accepted" as const, id, sentAt: 5, duplicate: false }],
    }));
    const history = { sends, streams: [], oldestId: 3 };
    expect(check(history).violations).to.deep.equal(["ana's command r1 was sent after r2, but is 1 and r2 is 2."]);
    const retried = sends.map((send) => ({ ...send, mayBeRetried: send.requestId === "r2" }));
    expect(check({ ...history, sends: retried }).violations).to.deep.equal([]);
  });

  it("the checker throws if it cannot tell two commands apart", () => {
    const send = { ...MESSAGE, requestId: "r1", text: "hello", answers: [] };
    const history = { sends: [send, { ...send, requestId: "r2" }], streams: [], oldestId: 1 };
    expect(() => check(history)).to.throw("ana's command r2 has the text of another");
  });

  for (const [what, mutate] of Object.entries(MUTATIONS)) {
    it(`the checker finds ${what}`, () => {
      let mutated = 0;
      fc.assert(
        fc.property(healthyHistory(), fc.nat(), (healthy, pick) => {
          const history = structuredClone(healthy);
          const sentence = mutate(history, pick);
          if (sentence === undefined) return;
          mutated += 1;
          expect(check(history).violations).to.include(sentence);
        }),
        { numRuns: RUNS },
      );
      expect(mutated, `of ${RUNS} histories, those that the mutation fits`).to.be.greaterThan(RUNS / 20);
    });
  }
});
