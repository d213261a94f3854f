import { expect } from "chai";
import { Online } from "../../../src/cli/room/person/online.ts";
import { StatusRow } from "../../../src/cli/room/person/statusRow.ts";
import { MemoryPreferences } from "../../../src/cli/session/preferences.ts";
import type { Status } from "../../../src/cli/terminal/status.ts";
import type { RoomEvent } from "../../../src/client/index.ts";

const fixed = { server: "chat.example:443", isEncrypted: true, username: "ani" };

function message(fields: object = {}): RoomEvent {
  return { kind: "message", id: 1n, sender: "budi", replayed: false, ...fields } as RoomEvent;
}

function makeStatus() {
  const statuses: Status[] = [];
  const online = new Online();
  const preferences = new MemoryPreferences();
  const clock = { now: 100 };
  const terminal = { setStatus: (status: Status) => statuses.push(status) };
  const row = new StatusRow({ terminal, online, preferences, fixed, now: () => clock.now });
  return { row, online, preferences, clock, statuses, last: () => statuses.at(-1) };
}

describe("StatusRow", () => {
  it("says the server, the connection and the user from the beginning", () => {
    const { last } = makeStatus();
    const rest = { connection: { kind: "connecting" }, here: undefined, unread: 0, isSayMode: false };
    expect(last()).to.deep.equal({ ...fixed, ...rest });
  });

  it("the connection is away since it was lost, also after further attempts, until the room has caught up", () => {
    const { row, clock, last } = makeStatus();
    row.note({ kind: "caughtUp", id: 1n, again: false });
    expect(last()?.connection).to.deep.equal({ kind: "live" });
    row.note({ kind: "disconnected" } as RoomEvent);
    clock.now = 900;
    row.note({ kind: "disconnected" } as RoomEvent);
    row.note({ kind: "connected" } as RoomEvent);
    expect(last()?.connection).to.deep.equal({ kind: "away", sinceMs: 100 });
    row.note({ kind: "caughtUp", id: 1n, again: true });
    expect(last()?.connection).to.deep.equal({ kind: "live" });
  });

  it("counts the new messages of others since the last line", () => {
    const { row, last } = makeStatus();
    for (const event of [message({ replayed: true }), message({ sender: "ani" }), message(), message()])
      row.note(event);
    expect(last()?.unread).to.equal(2);
    row.onLine();
    expect(last()?.unread).to.equal(0);
  });

  it("messages that another device has read are not unread", () => {
    const { row, last } = makeStatus();
    row.note(message({ id: 7n }));
    row.note({ kind: "read", upToId: 6n });
    expect(last()?.unread).to.equal(1);
    row.note({ kind: "read", upToId: 7n });
    expect(last()?.unread).to.equal(0);
  });

  it("says how many are here, unless presence is off", async () => {
    const { row, online, preferences, last } = makeStatus();
    online.replace(["ani", "budi"], 2);
    row.refresh();
    expect(last()?.here).to.equal(2);
    await preferences.write({ presence: "off", says: true });
    row.refresh();
    expect(last()).to.include({ here: undefined, isSayMode: true });
  });

  it("is set only when it has changed", () => {
    const { row, statuses } = makeStatus();
    row.refresh();
    row.note(message({ replayed: true }));
    expect(statuses).to.have.length(1);
  });
});
