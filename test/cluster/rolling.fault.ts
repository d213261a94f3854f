import { expect } from "chai";
import { type ChatClient, connect } from "../../src/client/index.ts";
import type { Recorder } from "../rig/recorder.ts";
import { Random } from "../support/random.ts";
import { useClusters } from "./support/cluster.ts";
import { type ClusterRoom, useRooms } from "./support/room.ts";

const ROUNDS = 2;
const seed = Random.seed();

describe(`A rolling restart of three nodes under load (SEED=${seed})`, function () {
  this.timeout(10 * 60_000);
  const cluster = useClusters();
  const room = useRooms();
  let asking: ListingApp | undefined;
  afterEach(() => asking?.stop());

  it(`an application that uses the client library does not notice ${ROUNDS} rolling restarts`, async function () {
    const random = new Random(seed);
    const nodes = await cluster(3);
    const run = await room(nodes, { random, users: 20, clients: 40, libraryEvery: 1, rate: 200, maxText: 60 });
    const { group } = run;
    await group.everyoneBack();
    await run.everyoneListed();
    // Before all users were online, some messages were rejected because their recipient was offline.
    const before = refused(group.recorder);
    asking = new ListingApp(run);
    for (const { silence } of group.users) silence.begin();
    for (let round = 1; round <= ROUNDS; round++) {
      for (const node of nodes.nodes) {
        await group.accepted(random.between(200, 500));
        await node.drain();
        await node.startAgain();
      }
    }
    await group.accepted(500);
    const longest = Math.max(...group.users.map(({ silence }) => silence.ms));
    console.log(`      the longest time without a message for a client: ${(longest / 1_000).toFixed(2)} s`);
    await asking.stop();
    expect(asking.errors, `errors of an application that asked ${asking.answers} times`).to.deep.equal([]);
    expect(refused(group.recorder), "commands that were refused").to.deep.equal(before);
    for (const { client, streams } of group.users) expect(streams, `streams of ${client}`).to.be.at.least(2);
    await run.finish(this, "rolling restart", 5_000);
  });
});

/** The rejections, by reason, without those of edits and deletions that come too late or are of a stranger. */
function refused({ rejections }: Recorder): ReadonlyMap<string, number> {
  return new Map([...rejections].filter(([reason]) => reason !== "MESSAGE_UNKNOWN" && reason !== "NOT_THE_SENDER"));
}

/** An application that lists the online users all the time. */
class ListingApp {
  readonly errors: string[] = [];
  answers = 0;
  readonly #client: ChatClient;
  readonly #ended: Promise<void>;
  #isStopped = false;

  constructor({ front, users }: ClusterRoom) {
    this.#client = connect({ address: `127.0.0.1:${front.port}` });
    this.#ended = this.#ask(users[0]?.token ?? "");
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#ended;
    this.#client.close();
  }

  async #ask(token: string): Promise<void> {
    while (!this.#isStopped) {
      await this.#client.list(token).then(
        () => {
          this.answers += 1;
        },
        (error: Error) => this.errors.push(String(error)),
      );
    }
  }
}
