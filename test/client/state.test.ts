import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { ChatError, type RoomState, Status } from "../../src/client/index.ts";
import { nextState, type StateEvent } from "../../src/client/state.ts";

const cause = new ChatError(Status.UNAVAILABLE, "connection lost");

const STATES: { readonly [K in RoomState["kind"]]: Extract<RoomState, { kind: K }> } = {
  connecting: { kind: "connecting" },
  replaying: { kind: "replaying" },
  live: { kind: "live" },
  waiting: { kind: "waiting", retryInMs: 1, cause },
  closed: { kind: "closed", why: { kind: "left" } },
};

const EVENTS: { readonly [K in StateEvent["kind"]]: Extract<StateEvent, { kind: K }> } = {
  attempt: { kind: "attempt" },
  joined: { kind: "joined" },
  caughtUp: { kind: "caughtUp" },
  lost: { kind: "lost", retryInMs: 2, cause },
  close: { kind: "close", why: { kind: "aborted" } },
};

describe("nextState", () => {
  it("each state and event give the next state that the table in docs/client.md names", async () => {
    const actual = Object.entries(STATES).map(([name, state]) => {
      const next = Object.values(EVENTS).map((event) => nextState(state, event).kind);
      return [`| \`${name}\``, ...next.map((kind) => (kind === name ? "—" : `\`${kind}\``))].join(" | ").concat(" |");
    });
    const page = await readFile(new URL("../../docs/client.md", import.meta.url), "utf8");
    const columns = Object.keys(EVENTS).map((name) => `\`${name}\``);
    expect(page).to.contain([`| state | ${columns.join(" | ")} |`, "| --- |".concat(" --- |".repeat(5))].join("\n"));
    expect(page).to.contain(actual.join("\n"));
  });

  it("the states waiting and closed have the wait, the cause and the reason of their event", () => {
    expect(nextState(STATES.waiting, EVENTS.lost)).to.deep.equal({ kind: "waiting", retryInMs: 2, cause });
    expect(nextState(STATES.live, EVENTS.close)).to.deep.equal({ kind: "closed", why: { kind: "aborted" } });
  });

  it("a closed room keeps its reason whatever follows", () => {
    for (const event of Object.values(EVENTS)) expect(nextState(STATES.closed, event)).to.equal(STATES.closed);
  });
});
