import { connect, type NatsConnection } from "@nats-io/transport-node";
import { expect } from "chai";
import { within } from "../support/deadline.ts";
import { NatsServer, NODE, needsNats } from "./natsServer.ts";

const OURS = "obrolan.v2.2b1c8a52-5bb5-4f0e-9a64-2b8c1b0c1a11";

describe("Three NATS servers for the nodes (deploy/nats.conf)", function () {
  this.timeout(60_000);
  const servers: NatsServer[] = [];
  const connections: NatsConnection[] = [];

  before(async function () {
    needsNats(this);
    const routes: string[] = [];
    for (let i = 0; i < 3; i++) {
      const server = new NatsServer(routes);
      servers.push(server);
      routes.push(await server.route());
    }
  });
  afterEach(async () => {
    await Promise.all(connections.splice(0).map((connection) => connection.close()));
  });
  after(async () => {
    await Promise.all(servers.map((server) => server.close()));
  });

  async function enter(server: NatsServer, credentials: object = NODE): Promise<NatsConnection> {
    const servers = await server.address();
    while (true) {
      try {
        const connection = await connect({ servers, reconnect: false, ...credentials });
        connections.push(connection);
        return connection;
      } catch (error) {
        // NATS closes a connection that does not sign in within 2 s, which happens if the machine pauses.
        if (!/authentication timeout/i.test((error as Error).message)) throw error;
      }
    }
  }

  /** Resolves with the first text on a subject, or rejects with the reason why it cannot be subscribed to. */
  function hear(connection: NatsConnection, subject: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    connection.subscribe(subject, {
      callback: (error, message) => (error ? reject(error) : resolve(message.string())),
    });
    return promise;
  }

  it("a message that a node publishes at one NATS server arrives at the nodes on the other two", async () => {
    const [speaker, ...listeners] = await Promise.all(servers.map((server) => enter(server)));
    const heard = Promise.all(listeners.map((listener) => hear(listener, OURS)));
    let isHeard = false;
    const speaking = async () => {
      // Published repeatedly, because it takes a while until every server knows a subscription.
      while (!isHeard) {
        speaker?.publish(OURS, "hello");
        await speaker?.flush();
      }
    };
    const over = within(heard, "the message to arrive").finally(() => {
      isHeard = true;
    });
    await speaking();
    expect(await over).to.deep.equal(["hello", "hello"]);
  });

  it("the NATS servers refuse connections without the password", async () => {
    const [server] = servers as [NatsServer];
    for (const credentials of [{}, { user: "obrolan", pass: "a guess" }, { token: NODE.pass }]) {
      const refused = await enter(server, credentials).catch((error: Error) => error);
      expect(refused)
        .to.be.an("error")
        .with.property("message")
        .that.matches(/authorization/i);
    }
  });

  it("the NATS servers let a node publish and subscribe only on the subjects of nodes", async () => {
    const node = await enter(servers[0] as NatsServer);
    const told: string[] = [];
    const listening = (async () => {
      for await (const { type, error } of node.status() as AsyncIterable<{ type: string; error?: Error }>) {
        if (type === "error" && error !== undefined) told.push(error.message);
        if (told.length > 0) return;
      }
    })();
    const refused = await within(
      hear(node, "obrolan.>").catch((error: Error) => error),
      "the refusal to listen",
    );
    expect(refused)
      .to.be.an("error")
      .with.property("message")
      .that.matches(/permissions violation/i);
    node.publish("something.else", "hello");
    await within(listening, "the refusal to publish");
    expect(told[0]).to.match(/permissions violation/i);
  });
});
