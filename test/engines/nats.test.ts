import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { connect, errors, type NatsConnection } from "@nats-io/transport-node";
import { expect } from "chai";
import type { Notice } from "../../src/server/engines/nats/index.ts";
import { explain } from "../../src/server/engines/nats/reconnect.ts";
import { makeCertificate } from "../support/certificate.ts";
import { EngineServer, needsEngine, sharedServer } from "../support/engineServer.ts";
import { until } from "../support/eventLoop.ts";
import { useFolder } from "../support/folder.ts";
import { message } from "../support/messages.ts";
import { closeNatsNodes, NatsNode } from "../support/natsNode.ts";
import { numbered } from "../support/notifications.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { differsOnBun } from "../support/runtime.ts";
import { range } from "../support/storeFixture.ts";

describe("NatsBus", () => {
  const folder = useFolder();
  const servers: EngineServer[] = [];
  let logId: string;
  before(function () {
    needsEngine(this, "nats");
  });
  beforeEach(() => {
    logId = randomUUID();
  });
  afterEach(async () => {
    await closeNatsNodes();
    await Promise.all(servers.splice(0).map((server) => server.remove()));
  });

  /** Starts a NATS server for one test. */
  const start = async (options?: string) => {
    const server = await EngineServer.start("nats", options);
    servers.push(server);
    return server;
  };
  const urlOf = (server: EngineServer, credentials = "") => `nats://${credentials}127.0.0.1:${server.port}`;
  const subject = () => `obrolan.v2.${logId}`;

  /** Starts a NATS server with a configuration file, for options that the command line lacks. */
  const startWith = async (config: string) => {
    const file = path.join(folder.path, "nats.conf");
    await writeFile(file, config);
    return start(`--config ${file}`);
  };

  /** Two nodes with the same log, and a NATS client that is not a node. */
  const trio = async (server: EngineServer): Promise<[NatsNode, NatsNode, NatsConnection]> => {
    const [ana, bob] = [await NatsNode.following(logId, urlOf(server)), await NatsNode.following(logId, urlOf(server))];
    return [ana, bob, await connect({ servers: `127.0.0.1:${server.port}`, reconnect: false })];
  };

  it("the bus skips messages that are not notifications, and warns once", async () => {
    const [ana, bob, stranger] = await trio(await sharedServer("nats"));
    const garbage = [
      "",
      "hello",
      "[]",
      '["grown"]',
      '["sessions-ended",["7"]]',
      Buffer.from([0xff, 0xfe]),
      "[".repeat(500_000),
    ];
    for (const bytes of garbage) stranger.publish(subject(), bytes);
    await stranger.flush();
    await stranger.close();
    ana.bus.publish(numbered(1));
    await bob.listener.number(1);
    expect(bob.listener.received).to.deep.equal([numbered(1)]);
    expect(bob.bus.counts).to.include({ received: garbage.length + 1, unreadable: garbage.length });
    const warnings = bob.notices
      .map(({ message }) => message)
      .filter((message) => message.includes("is not a notification"));
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.include(subject()).and.include("it is not JSON");
  });

  it("a node delivers duplicate and late notifications as they arrive", async () => {
    const [ana, bob, stranger] = await trio(await sharedServer("nats"));
    const copies: Uint8Array[] = [];
    const copied = Promise.withResolvers<void>();
    stranger.subscribe(subject(), {
      callback: (_, { data }) => {
        if (copies.push(data) === 3) copied.resolve();
      },
    });
    await stranger.flush();
    for (const i of range(1, 3)) ana.bus.publish(numbered(i));
    await copied.promise;
    for (const bytes of copies.toReversed()) stranger.publish(subject(), bytes);
    await stranger.flush();
    await stranger.close();
    ana.bus.publish(numbered(4));
    await bob.listener.number(4);
    expect(bob.listener.numbers).to.deep.equal([1, 2, 3, 3, 2, 1, 4]);
  });

  it("a batch too large for NATS is sent as its newest id; any other such notification is dropped", async () => {
    const server = await startWith("max_payload: 1000");
    const [ana, bob] = await trio(server).then(async ([one, two, stranger]) => {
      await stranger.close();
      return [one, two] as const;
    });
    const small = { kind: "appended" as const, logId, entries: [message(1, { length: 800 })] };
    const large = { kind: "appended" as const, logId, entries: [message(2, { length: 1_000 })] };
    ana.bus.publish(small);
    ana.bus.publish(large);
    ana.bus.publish({ kind: "sessions-ended", sessionIds: range(1, 1_000) });
    ana.bus.publish(numbered(1));
    await bob.listener.number(1);
    expect(bob.listener.received).to.deep.equal([small, { kind: "head-advanced", logId, headId: 2 }, numbered(1)]);
    expect(ana.bus.counts).to.include({ published: 3, dropped: 1 });
  });

  it("the bus counts published, received and dropped notifications", async () => {
    const server = await start();
    const [ana, bob] = [await NatsNode.following(logId, urlOf(server)), await NatsNode.following(logId, urlOf(server))];
    for (const i of range(1, 9)) ana.bus.publish(numbered(i));
    await bob.listener.number(9);
    const publishedBytes = 9 * '["sessions-ended",[1]]'.length;
    const counts = { published: 9, publishedBytes, received: 0, receivedBytes: 0, dropped: 0, unreadable: 0 };
    expect(ana.bus.counts).to.deep.equal(counts);
    expect(bob.bus.counts).to.include({ published: 0, received: 9, receivedBytes: publishedBytes });
    expect(ana.bus.isConnected).to.equal(true);
    await server.stop();
    await ana.disconnected();
    expect(ana.bus.isConnected).to.equal(false);
    for (const i of range(1, 20_000)) ana.bus.publish(numbered(i));
    expect(ana.bus.counts).to.deep.equal({ ...counts, dropped: 20_000 });
    expect(ana.listener.received).to.have.length(20_009);
  });

  it("the bus connects to a NATS server that is started later", async () => {
    const server = await start();
    await server.stop();
    const node = new NatsNode(urlOf(server));
    node.bus.follow(logId);
    const { level } = await node.says(new RegExp(`cannot be reached .*127.0.0.1:${server.port}: connection refused`));
    expect(level).to.equal("warn");
    await server.start();
    await node.connected();
    const bob = await NatsNode.following(logId, urlOf(server));
    bob.bus.publish(numbered(1));
    await node.listener.number(1);
  });

  it("the bus connects to another server when its server is killed", async () => {
    const both = [await start(), await start()];
    const node = await NatsNode.following(logId, both.map((server) => urlOf(server)).join(","));
    const [own, other] = both.toSorted((a) => (node.notices[0]?.message.endsWith(`:${a.port}`) ? -1 : 1));
    await own?.kill();
    await node.disconnected();
    const { message } = await node.says(/^connected to NATS/);
    expect(message).to.equal(`connected to NATS at 127.0.0.1:${other?.port}`);
  });

  it("the bus uses the credentials of each address, and reports wrong ones once, without quoting them", async () => {
    const byUser = await startWith("authorization: { user: ana, password: 'p@ss, w%rd' }");
    const byToken = await startWith("authorization: { token: 's3cret/token' }");
    for (const url of [urlOf(byUser, "ana:p%40ss%2C%20w%25rd@"), urlOf(byToken, "s3cret%2Ftoken@")]) {
      await NatsNode.following(logId, url);
    }
    const node = new NatsNode(`${urlOf(byUser, "ana:wrong@")},${urlOf(byToken, "wrong@")}`);
    const REFUSED = "the user, password, token or credentials are not accepted";
    const both = [byUser, byToken].map(({ port }) => `(?=.*127.0.0.1:${port}: ${REFUSED})`);
    await node.says(new RegExp(`cannot be reached${both.join("")}`));
    // The bus goes on trying, and connects as soon as NATS accepts its credentials.
    await byUser.stop();
    await writeFile(path.join(folder.path, "nats.conf"), "authorization: { user: ana, password: wrong }");
    await byUser.start();
    await node.connected();
    const said = node.notices.map((notice) => notice.message);
    expect(new Set(said), "what was said").to.have.length(said.length);
    expect(said.filter((sentence) => !sentence.startsWith("connected")).join(" ")).to.not.match(/wrong|s3cret|w%rd/);
  });

  it("an authentication timeout of NATS is not reported as wrong credentials", () => {
    const late = new errors.AuthorizationError("'Authentication Timeout'");
    expect(explain(late)).to.equal("'Authentication Timeout'");
  });

  const isRefusal = ({ message }: Notice) => message.includes("Permissions Violation");
  const startWithRules = (rules: string) =>
    startWith(`authorization: { users: [{ user: ana, password: pw, permissions: { ${rules} } }] }`);

  it("a node that may not subscribe reports that once, and connects when it is permitted", async () => {
    const server = await startWithRules('subscribe: "other.>"');
    const network = await Network.start(server.port);
    const node = new NatsNode(`nats://ana:pw@${network.address}`);
    node.bus.follow(logId);
    await node.says(new RegExp(`Permissions Violation for Subscription to "${subject()}"`, "i"));
    const before = network.connections;
    await until(() => network.connections > before + 1, "another attempt");
    expect(node.notices.filter(isRefusal)).to.have.length(1);
    expect(node.bus.isConnected).to.equal(false);
    network.pointTo((await startWithRules('subscribe: "obrolan.>"')).port);
    await node.connected();
    await network.close();
  });

  it("a node that may not publish reports that once, and still gets its own notifications", async () => {
    const server = await startWithRules('publish: "other.>"');
    const node = await NatsNode.following(logId, urlOf(server, "ana:pw@"));
    for (const i of range(1, 100)) node.bus.publish(numbered(i));
    await node.says(new RegExp(`Permissions Violation for Publish to "${subject()}"`, "i"));
    await node.bus.flushed();
    expect(node.notices.filter(isRefusal)).to.have.length(1);
    expect(node.bus.isConnected).to.equal(true);
    expect(node.listener.numbers).to.deep.equal(range(1, 100));
  });

  describe("with TLS", () => {
    const trusted = getCACertificates("default");
    const { key, cert } = makeCertificate();
    afterEach(() => setDefaultCACertificates(trusted));

    const startTls = async () => {
      const files = { key: path.join(folder.path, "key.pem"), cert: path.join(folder.path, "cert.pem") };
      await writeFile(files.key, key);
      await writeFile(files.cert, cert);
      return start(`--tls --tlscert ${files.cert} --tlskey ${files.key}`);
    };

    it("the bus connects to a server with a trusted certificate, by address or name", async () => {
      setDefaultCACertificates([...trusted, cert]);
      const { port } = await startTls();
      const nodes = [
        await NatsNode.following(logId, `tls://127.0.0.1:${port}`),
        await NatsNode.following(logId, `tls://localhost:${port}`),
      ] as const;
      nodes[0].bus.publish(numbered(1));
      await nodes[1].listener.number(1);
    });

    it("the bus refuses an untrusted certificate, one for another address, and a server without TLS", async function () {
      differsOnBun(this, 15);
      const [tls, plain] = [await startTls(), await start()];
      const stranger = new NatsNode(`tls://127.0.0.1:${tls.port}`);
      await stranger.says(/cannot be reached \(127\.0\.0\.1:\d+: self-signed certificate/);
      setDefaultCACertificates([...trusted, cert]);
      const nobody = new NatsNode(`tls://127.0.0.1:${plain.port}`);
      await nobody.says(/cannot be reached \(127\.0\.0\.1:\d+: server does not support 'tls'\)/);
      const proxy = await Network.start(tls.port, "127.0.0.2");
      const elsewhere = new NatsNode(`tls://${proxy.address}`);
      await elsewhere.says(/cannot be reached \(127\.0\.0\.2:\d+: Hostname\/IP does not match certificate's altnames/);
      await elsewhere.close();
      await proxy.close();
    });
  });
});
