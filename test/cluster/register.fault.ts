import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { CallFailed, type Connection } from "../support/wire.ts";
import { useClusters } from "./support/cluster.ts";

const ROUNDS = 20;
const AT_ONCE = 100;
/** The wait if an overloaded server does not say how long to wait, in milliseconds. */
const WAIT = 100;

describe("Registration in a cluster", function () {
  this.timeout(10 * 60_000);
  const cluster = useClusters();

  it(`one of ${AT_ONCE} concurrent registrations of a name on three nodes succeeds, ${ROUNDS} times over`, async () => {
    const { nodes } = await cluster(3);
    const wires = await Promise.all(nodes.map((node) => node.connect()));
    try {
      for (let round = 1; round <= ROUNDS; round++) {
        const username = `name-${round}`;
        const attempts = Array.from({ length: AT_ONCE }, (_, i) =>
          register(wireOf(wires, i), username, `password ${i}`),
        );
        const outcomes = await Promise.all(attempts);
        const winners = [...outcomes.keys()].filter((i) => outcomes[i] === "registered");
        expect(winners, `the calls that registered ${username}`).to.have.length(1);
        expect(outcomes.filter((outcome) => outcome === "USERNAME_TAKEN")).to.have.length(AT_ONCE - 1);
        // The name belongs to the winner on every node.
        await Promise.all(wires.map((wire) => wire.login(username, `password ${winners[0]}`)));
      }
    } finally {
      for (const wire of wires) wire.close();
    }
  });
});

function wireOf(wires: readonly Connection[], i: number): Connection {
  return wires[i % wires.length] as Connection;
}

/** Registers; tries again while the server is overloaded. Resolves with `registered`, or the reason of a refusal. */
async function register(wire: Connection, username: string, password: string): Promise<string> {
  for (;;) {
    try {
      await wire.register(username, password);
      return "registered";
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      const { reason = error.message, details } = error.ending;
      if (reason !== "OVERLOADED") return reason;
      await sleep(details?.retryAfterMs ?? WAIT);
    }
  }
}
