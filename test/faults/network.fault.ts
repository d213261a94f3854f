import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { type Link, WAYS } from "../support/link.ts";
import { Random } from "../support/random.ts";
import { useTrials } from "./support/trial.ts";

const seed = Random.seed();
const ROUNDS = 12;

interface Fault {
  readonly sentence: string;
  /** Applies the fault to a connection. Resolves when the network works again. */
  readonly fault: (link: Link, random: Random) => void | Promise<void>;
}

const FAULTS: Record<string, Fault> = {
  cut: { sentence: "ends connections in the middle of what they carry", fault: (link) => link.end() },
  reset: { sentence: "resets connections", fault: (link) => link.reset() },
  stall: {
    sentence: "stops for a while and goes on where it stopped",
    fault: async (link, random) => {
      link.hold();
      // Clients take a connection for dead after two seconds. Some stalls are shorter, and some longer.
      await sleep(random.between(100, 3_000));
      link.pass();
    },
  },
  "half-open": {
    sentence: "loses one end of a connection without telling the other",
    fault: (link, random) => link.halfOpen(random.oneOf(["client", "server"])),
  },
  "one-way": {
    sentence: "carries what goes one way and loses what goes the other",
    fault: (link, random) => link.set(random.oneOf(WAYS), "lose"),
  },
  trickle: {
    sentence: "lets a few bytes pass at a time",
    fault: async (link, random) => {
      const flow = { bytes: random.oneOf([1, 100, 1_000, 5_000]), everyMs: random.between(1, 20) };
      for (const way of WAYS) link.set(way, flow);
      // Long enough to split frames everywhere, and to make some clients close the connection.
      await sleep(random.between(500, 4_000));
      link.pass();
    },
  },
};

describe(`A bad network between clients and server (SEED=${seed})`, () => {
  const trial = useTrials();

  for (const [name, { sentence, fault }] of Object.entries(FAULTS)) {
    it(`a network that ${sentence} loses and doubles nothing`, async function () {
      const random = new Random(seed);
      const run = await trial({ random });
      const { proxy } = run.server;
      const faults: (void | Promise<void>)[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        await run.group.accepted(random.between(200, 500));
        const links = proxy.links.filter(() => random.between(1, 2) === 1);
        faults.push(...links.map((link) => fault(link, random)));
      }
      await Promise.all(faults);
      // The mild faults make some clients reconnect too: a stall of seconds is a dead connection to a client.
      expect(proxy.connections, "connections").to.be.greaterThan(run.group.users.length);
      await run.finish(this, name);
    });
  }
});
