import { expect } from "chai";
import { type ChatClient, connect, type Room } from "../../src/client/index.ts";
import type { Account } from "../rig/userGroup.ts";
import { sendAll } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import type { EngineServer } from "../support/engineServer.ts";
import { expectGoodbye } from "../support/expect.ts";
import { type Cluster, useClusters } from "./support/cluster.ts";
import type { ClusterNode } from "./support/node.ts";
import { useNodeClients } from "./support/nodeClients.ts";

const DEADLINE_MS = 60_000;
/** The numbers of messages that the log keeps and loses. */
const KEPT = 30;
const LOST = 10;
const REGRESSED = { reason: "STORE_UNAVAILABLE", reconnect: true, code: "UNAVAILABLE" } as const;

describe("A log regression in a cluster", function () {
  this.timeout(3 * 60_000);
  const cluster = useClusters();
  const clients = useNodeClients();
  const readers: Reader[] = [];
  let copy: EngineServer | undefined;
  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.leave();
    await copy?.remove();
    copy = undefined;
  });

  /** Lets the log lose its newest messages, and expects all nodes and clients in the new log. `lose` sends them. */
  async function loseNewest(
    run: Cluster,
    lose: (send: (count: number) => Promise<void>, untilBack: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const [ana] = await run.register("ana");
    readers.push(...run.nodes.map((node) => new Reader(node, ana)));
    const streams = await Promise.all(run.nodes.map((node) => clients.enter(node, ana)));
    const logId = streams[0]?.received("welcome")[0]?.logId;
    const send = async (count: number) => {
      for (let i = 1; i <= count; i++) await streams[i % streams.length]?.accept(sendAll(`message ${i} of ${count}`));
    };
    /** Waits until each node accepts messages. A node that could not reach PostgreSQL waits before it tries again. */
    const untilBack = async () => {
      for (const chat of streams) while ((await chat.ask(sendAll("back?"))).event?.$case !== "accepted");
    };
    await lose(send, untilBack);
    for (const chat of streams) await expectGoodbye(chat, REGRESSED);

    const again = await Promise.all(
      run.nodes.map((node) => clients.enter(node, ana, { resumeAfter: 1n, logId: logId ?? "" })),
    );
    const logs = new Set(again.map((chat) => chat.received("welcome")[0]?.logId));
    expect([...logs], "the log id on the nodes")
      .to.have.length(1)
      .and.not.include(logId);
    for (const chat of again)
      expect(chat.kinds, "the events of a client with a cursor of the old log").to.include("gap");
    const { id } = (await again[0]?.accept(sendAll("the new end"))) ?? {};
    expect(id, "the id of the next message").to.equal(BigInt(KEPT + 1));
    await within(
      Promise.all(readers.map((reader) => reader.receives("the new end"))),
      "the readers to receive the newest message",
      DEADLINE_MS,
    );
    for (const reader of readers) {
      expect(reader.texts).to.deep.equal([
        ...Array.from({ length: KEPT }, (_, i) => `message ${i + 1} of ${KEPT}`),
        "the new end",
      ]);
      expect(reader.logs, "logs of a reader").to.equal(2);
    }
  }

  it("three nodes whose log loses its newest messages give it a new id, and clients end with it", async () => {
    const run = await cluster(3);
    await loseNewest(run, async (send) => {
      await send(KEPT);
      await send(LOST);
      await run.database.query("DELETE FROM messages WHERE id > $1", [KEPT]);
    });
  });

  it("three nodes with an older copy of their PostgreSQL give the log a new id, and clients end with it", async () => {
    const run = await cluster(3);
    await loseNewest(run, async (send, untilBack) => {
      await send(KEPT);
      copy = await run.postgres.copy();
      await copy.start();
      await untilBack();
      await send(LOST);
      for (const { toPostgres } of run.nodes) {
        toPostgres.pointTo(copy.port);
        toPostgres.cut();
      }
    });
  });
});

/** An application that keeps all messages of the present log, and drops them when the log id changes. */
class Reader {
  /** The texts of its messages, in order. */
  texts: string[] = [];
  /** The number of logs that it has seen. */
  logs = 1;
  readonly #client: ChatClient;
  readonly #room: Room;
  readonly #waiting = new Map<string, () => void>();

  constructor(node: ClusterNode, { token }: Account) {
    this.#client = connect({ address: `127.0.0.1:${node.server.port}` });
    this.#room = this.#client.enter({ token, resumeAfter: 0n });
    this.#receive();
  }

  /** Resolves when it has a message with this text. */
  async receives(text: string): Promise<void> {
    if (!this.texts.includes(text)) await new Promise<void>((resolve) => this.#waiting.set(text, resolve));
  }

  leave(): void {
    this.#room.abort();
    this.#client.close();
  }

  async #receive(): Promise<void> {
    for await (const event of this.#room) {
      if (event.kind === "connected" && event.logChanged) {
        this.texts = [];
        this.logs += 1;
      }
      if (event.kind !== "message") continue;
      this.texts.push(event.text);
      this.#waiting.get(event.text)?.();
    }
  }
}
