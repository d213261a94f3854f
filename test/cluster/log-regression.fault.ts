import { expect } from "chai";
import { type ChatClient, connect, type Room } from "../../src/client/index.ts";
import type { Account } from "../rig/userGroup.ts";
import { sendAll } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import type { EngineServer } from "../support/engineServer.ts";
import { expectGoodbye } from "../support/expect.ts";
import { type Cluster, useClusters } from "./support/cluster.ts";
import type { ClusterNode } from "./support/node.ts";
import { useVisitors } from "./support/nodeClients.ts";

const DEADLINE_MS = 60_000;
/** How many messages stay, and how many the log loses. */
const KEPT = 30;
const LOST = 10;
const GOODBYE = { reason: "STORE_UNAVAILABLE", reconnect: true, code: "UNAVAILABLE" } as const;

describe("A log regression in a cluster", function () {
  this.timeout(3 * 60_000);
  const cluster = useClusters();
  const visitors = useVisitors();
  const applications: Application[] = [];
  let copy: EngineServer | undefined;
  afterEach(async () => {
    for (const application of applications.splice(0)) application.leave();
    await copy?.remove();
    copy = undefined;
  });

  /** Sends messages, lets the log lose the newest ones, and expects all nodes and clients to have the new log. */
  async function loseTheEnd(
    run: Cluster,
    lose: (talk: (count: number) => Promise<void>, untilBack: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const [ana] = await run.register("ana");
    applications.push(...run.nodes.map((node) => new Application(node, ana)));
    const streams = await Promise.all(run.nodes.map((node) => visitors.enter(node, ana)));
    const logId = streams[0]?.received("welcome")[0]?.logId;
    const talk = async (count: number) => {
      for (let i = 1; i <= count; i++) await streams[i % streams.length]?.accept(sendAll(`message ${i} of ${count}`));
    };
    /** Waits until each node accepts a message: a node that could not reach PostgreSQL does not try again at once. */
    const untilBack = async () => {
      for (const chat of streams) while ((await chat.ask(sendAll("back?"))).event?.$case !== "accepted");
    };
    await lose(talk, untilBack);
    for (const chat of streams) await expectGoodbye(chat, GOODBYE);

    const again = await Promise.all(
      run.nodes.map((node) => visitors.enter(node, ana, { resumeAfter: 1n, logId: logId ?? "" })),
    );
    const logs = new Set(again.map((chat) => chat.received("welcome")[0]?.logId));
    expect([...logs], "the log id on the nodes")
      .to.have.length(1)
      .and.not.include(logId);
    for (const chat of again) expect(chat.kinds, "events of a client of the old log").to.include("gap");
    const { id } = (await again[0]?.accept(sendAll("the new end"))) ?? {};
    expect(id, "the id of the next message").to.equal(BigInt(KEPT + 1));
    await within(
      Promise.all(applications.map((application) => application.hears("the new end"))),
      "the applications to receive the last message",
      DEADLINE_MS,
    );
    for (const { texts, logs } of applications) {
      expect(texts).to.deep.equal([
        ...Array.from({ length: KEPT }, (_, i) => `message ${i + 1} of ${KEPT}`),
        "the new end",
      ]);
      expect(logs, "logs of an application").to.equal(2);
    }
  }

  it("three nodes whose log loses its newest messages give it a new id, and clients get the new log", async () => {
    const run = await cluster(3);
    await loseTheEnd(run, async (talk) => {
      await talk(KEPT);
      await talk(LOST);
      await run.database.query("DELETE FROM entries WHERE id > $1", [KEPT]);
    });
  });

  it("three nodes with an older copy of PostgreSQL give the log a new id, and clients get the new log", async () => {
    const run = await cluster(3);
    await loseTheEnd(run, async (talk, untilBack) => {
      await talk(KEPT);
      copy = await run.postgres.copy();
      await copy.start();
      await untilBack();
      await talk(LOST);
      for (const { toPostgres } of run.nodes) {
        toPostgres.pointTo(copy.port);
        toPostgres.cut();
      }
    });
  });
});

/** An application that collects messages, and starts again when it learns that the log is another one. */
class Application {
  /** The texts of the messages that it has, in order. */
  texts: string[] = [];
  /** The number of logs that it has seen. */
  logs = 1;
  readonly #client: ChatClient;
  readonly #room: Room;
  readonly #heard = new Map<string, () => void>();

  constructor(node: ClusterNode, { token }: Account) {
    this.#client = connect({ address: `127.0.0.1:${node.server.port}` });
    this.#room = this.#client.enter({ token, resumeAfter: 0n });
    this.#listen();
  }

  /** Resolves when it has a message with this text. */
  async hears(text: string): Promise<void> {
    if (!this.texts.includes(text)) await new Promise<void>((resolve) => this.#heard.set(text, resolve));
  }

  leave(): void {
    this.#room.abort();
    this.#client.close();
  }

  async #listen(): Promise<void> {
    for await (const event of this.#room) {
      if (event.kind === "connected" && event.logChanged) {
        this.texts = [];
        this.logs += 1;
      }
      if (event.kind !== "message") continue;
      this.texts.push(event.text);
      this.#heard.get(event.text)?.();
    }
  }
}
