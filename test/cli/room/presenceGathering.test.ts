import { expect } from "chai";
import { PresenceGathering } from "../../../src/cli/room/person/presenceGathering.ts";
import type { PresenceEvent } from "../../../src/client/index.ts";

function change(joined: string[], left: string[] = [], reset = false): PresenceEvent {
  return { kind: "presence", joined, left, reset };
}

/** A gathering whose time passes when the test says so. */
function makeGathering() {
  const shown: PresenceEvent[] = [];
  const timers = new Set<() => void>();
  const gathering = new PresenceGathering(
    (event) => shown.push(event),
    (run) => {
      timers.add(run);
      return () => timers.delete(run);
    },
  );
  const pass = () => {
    for (const run of [...timers]) run();
  };
  return { gathering, shown, timers, pass };
}

describe("PresenceGathering", () => {
  it("joins and leaves within the time are one event", () => {
    const { gathering, shown, pass } = makeGathering();
    gathering.add(change(["ani"]));
    gathering.add(change(["budi"], ["citra"]));
    expect(shown).to.deep.equal([]);
    pass();
    expect(shown).to.deep.equal([change(["ani", "budi"], ["citra"])]);
    gathering.add(change([], ["ani"]));
    pass();
    expect(shown[1]).to.deep.equal(change([], ["ani"]));
  });

  it("a user who leaves and comes back within the time is not shown, nor one who only looks in", () => {
    const { gathering, shown, timers, pass } = makeGathering();
    gathering.add(change([], ["ani"]));
    gathering.add(change(["ani", "budi"]));
    gathering.add(change([], ["budi"]));
    pass();
    expect(shown).to.deep.equal([]);
    expect(timers.size).to.equal(0);
  });

  it("a join is shown before the message of the user, and other messages do not end the wait", () => {
    const { gathering, shown, timers } = makeGathering();
    gathering.add(change(["ani"]));
    gathering.beforeMessageOf("budi");
    expect(shown).to.deep.equal([]);
    gathering.beforeMessageOf("ani");
    expect(shown).to.deep.equal([change(["ani"])]);
    expect(timers.size).to.equal(0);
  });

  it("too many changes to name are shown, too", () => {
    const { gathering, shown, pass } = makeGathering();
    gathering.add(change([], [], true));
    pass();
    expect(shown).to.deep.equal([change([], [], true)]);
  });

  it("nothing is shown after drop()", () => {
    const { gathering, shown, timers, pass } = makeGathering();
    gathering.add(change(["ani"]));
    gathering.drop();
    expect(timers.size).to.equal(0);
    gathering.add(change(["budi"]));
    pass();
    expect(shown).to.deep.equal([change(["budi"])]);
  });
});
