import { expect } from "chai";
import { asNew } from "../../../src/cli/commands/script/asNew.ts";
import type { RoomEvent } from "../../../src/client/index.ts";

async function* connectedTwice(logChanged: boolean) {
  const message = { kind: "message", replayed: true };
  yield* [{ kind: "connected", again: false, logChanged: true }, message] as RoomEvent[];
  yield* [{ kind: "connected", again: true, logChanged }, message] as RoomEvent[];
}

async function replayedOf(events: AsyncIterable<RoomEvent>): Promise<boolean[]> {
  const all: boolean[] = [];
  for await (const event of events) if (event.kind === "message") all.push(event.replayed);
  return all;
}

describe("The events of a command that begins at a place of its own choice", () => {
  it("no message is replayed, also after the connection was lost", async () => {
    expect(await replayedOf(asNew(connectedTwice(false)))).to.deep.equal([false, false]);
  });

  it("the messages of a log that was restored meanwhile stay replayed, so that a bot does not answer them", async () => {
    expect(await replayedOf(asNew(connectedTwice(true)))).to.deep.equal([false, true]);
  });
});
