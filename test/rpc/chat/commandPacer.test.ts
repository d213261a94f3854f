import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "chai";
import { CommandPacer } from "../../../src/server/rpc/chat/commandPacer.ts";

/** Takes commands, and records each when it is taken. */
function takeMany(turns: CommandPacer, count: number): { taken: number[] } {
  const all = { taken: [] as number[] };
  for (let i = 0; i < count; i++) {
    const turn = turns.next();
    if (turn === undefined) all.taken.push(i);
    else turn.then(() => all.taken.push(i));
  }
  return all;
}

describe("CommandPacer", () => {
  it("a single command is taken at once", () => {
    expect(new CommandPacer().next()).to.equal(undefined);
  });

  it("many commands are spread over turns of the event loop, and keep their order", async () => {
    const all = takeMany(new CommandPacer(), 1_000);
    let before = all.taken.length;
    expect(before).to.be.within(1, 250);
    let turns = 0;
    while (all.taken.length < 1_000) {
      await nextTurn();
      expect(all.taken.length - before).to.be.at.most(250);
      before = all.taken.length;
      turns += 1;
    }
    expect(turns).to.be.at.least(3);
    expect(all.taken).to.deep.equal(Array.from({ length: 1_000 }, (_, i) => i));
  });

  it("a new command does not overtake those that wait", async () => {
    const turns = new CommandPacer();
    const first = takeMany(turns, 500);
    await nextTurn();
    const second = takeMany(turns, 10);
    while (second.taken.length < 10) await nextTurn();
    expect(first.taken).to.have.length(500);
  });
});
