import { expect } from "chai";
import fc from "fast-check";
import { Random } from "../support/random.ts";
import { entriesOf, healthyHistory } from "./healthyHistory.ts";
import type { History } from "./history.ts";

import { COMMAND_MUTATIONS } from "./mutations/commands.ts";
import { CURSOR_MUTATIONS } from "./mutations/cursors.ts";
import { MESSAGE_MUTATIONS } from "./mutations/messages.ts";
import { Recorder } from "./recorder.ts";
import { RollingCheck } from "./rollingCheck.ts";

/** The random histories of each test. Every run of the tests takes others. */
const RUNS = 60;
/** The rolling check is for runs without edits and deletions: see `RollingCheck`. */
const MUTATIONS = { ...MESSAGE_MUTATIONS, ...CURSOR_MUTATIONS, ...COMMAND_MUTATIONS };
const SENT = { kind: "message" as const, user: "ana", client: "ana's phone", recipient: "", messageId: 0 };
const SHOWN = { kind: "message" as const, sender: "ana", recipient: "", editedAt: 0 };

/** Records a history again, with the events of different clients in random order, and calls `look` now and then. */
function replay(history: History, seed: number) {
  const random = new Random(seed);
  const recorder = new Recorder();
  recorder.oldestId = history.oldestId;
  const rolling = new RollingCheck(recorder, random.between(0, 20));
  const tracks: (() => void)[][] = [...Map.groupBy(history.streams, ({ client }) => client).values()].map((streams) =>
    streams.flatMap(({ user, client, join, welcome, seen, complete }) => {
      let open: ReturnType<Recorder["stream"]> | undefined;
      const begin = () => {
        open = recorder.stream(user, client, join);
        open.welcome = welcome && { ...welcome };
      };
      const end = () => {
        if (open !== undefined) open.complete = complete;
      };
      return [begin, ...seen.map((one) => () => open?.seen.push({ ...one })), end];
    }),
  );
  const sends = history.sends.map(({ answers, ...send }) => ({ answers, open: recorder.send(send) }));
  for (const own of Map.groupBy(sends, ({ open }) => open.client).values()) {
    tracks.push(
      own.flatMap(({ open, answers }) => answers.map((answer) => () => recorder.answer(open, { ...answer }))),
    );
  }
  const violations: string[] = [];
  for (
    let left = tracks.filter(({ length }) => length > 0);
    left.length > 0;
    left = left.filter((one) => one.length > 0)
  ) {
    random.oneOf(left).shift()?.();
    if (random.between(1, 10) === 1) violations.push(...rolling.look());
  }
  violations.push(...rolling.look());
  const verdict = rolling.finish();
  return { violations: [...violations, ...verdict.violations], verdict };
}

describe("The rolling check", function () {
  this.timeout(60_000);

  it("the rolling check finds nothing in a history that keeps the promise, and counts all of it", () => {
    fc.assert(
      fc.property(healthyHistory(), fc.nat(), (history, seed) => {
        fc.pre(hasNoChanges(history));
        const { violations, verdict } = replay(history, seed);
        expect(violations).to.deep.equal([]);
        const told = history.sends.filter(({ answers }) => answers.some(({ kind }) => kind === "accepted"));
        expect(verdict.accepted).to.equal(told.length);
        expect(verdict.deliveries).to.equal(entriesOf(history));
      }),
      { numRuns: 2 * RUNS },
    );
  });

  for (const [what, mutate] of Object.entries(MUTATIONS)) {
    it(`the rolling check finds ${what}`, () => {
      fc.assert(
        fc.property(healthyHistory(), fc.nat(), fc.nat(), (healthy, pick, seed) => {
          fc.pre(hasNoChanges(healthy));
          const history = structuredClone(healthy);
          if (mutate(history, pick) === undefined) return;
          expect(replay(history, seed).violations).to.not.deep.equal([]);
        }),
        { numRuns: RUNS },
      );
    });
  }

  it("the rolling check removes what it has verified, so that its memory does not grow with the run", () => {
    const recorder = new Recorder();
    const rolling = new RollingCheck(recorder, 100);
    const [clients, perStream] = [3, 20];
    const message = (id: number) => ({ ...SHOWN, id, text: `text ${id}`, sentAt: id });
    for (let round = 0; round < 200; round++) {
      const head = round * perStream;
      const streams = Array.from({ length: clients }, (_, i) =>
        recorder.stream(`user ${i}`, `client ${i}`, { resumeAfter: head, logId: "", recent: 0 }),
      );
      for (let id = head + 1; id <= head + perStream; id++) {
        const send = recorder.send({ ...SENT, requestId: `${id}`, text: `text ${id}` });
        for (const { seen } of streams) seen.push(message(id), { kind: "cursor", id });
        recorder.answer(send, { kind: "accepted", id, sentAt: id, duplicate: false });
      }
      expect(rolling.look()).to.deep.equal([]);
      const { sends, streams: left } = recorder.history;
      expect([sends.length, left.length, rolling.verified.log.length]).to.deep.equal([
        1,
        clients,
        Math.min(head + perStream, 100),
      ]);
    }
    expect(rolling.finish()).to.include({ accepted: 200 * perStream, deliveries: 200 * perStream * clients });
  });

  it("the rolling check gives up if no client reports a message while the log grows", () => {
    const recorder = new Recorder();
    const rolling = new RollingCheck(recorder, 0);
    const { seen } = recorder.stream("bob", "bob's phone", { resumeAfter: 0, logId: "", recent: 0 });
    seen.push({ ...SHOWN, id: 20_001, text: "hello", sentAt: 1 });
    recorder.send({ ...SENT, requestId: "1", text: "hello" });
    expect(rolling.look()).to.deep.equal(["Entry 1 is not both seen and accepted, though the log goes up to 20001."]);
  });
});

function hasNoChanges({ sends }: History): boolean {
  return sends.every(({ kind }) => kind === "message");
}
