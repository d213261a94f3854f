import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { makeCertificate } from "../support/certificate.ts";
import { EngineServer, needsEngine } from "../support/engineServer.ts";
import { useFolder } from "../support/folder.ts";
import { NatsOperator } from "../support/natsCredentials.ts";
import { closeNatsNodes, NatsNode } from "../support/natsNode.ts";
import { numbered } from "../support/notifications.ts";
import { differsOnBun } from "../support/runtime.ts";

describe("A node on NATS", () => {
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

  const write = async (name: string, content: string | Buffer) => {
    const file = path.join(folder.path, name);
    await writeFile(file, content);
    return file;
  };
  const start = async (options: string) => {
    const server = await EngineServer.start("nats", options);
    servers.push(server);
    return `127.0.0.1:${server.port}`;
  };

  describe("with credentials", () => {
    const operator = new NatsOperator();
    const startWithOperator = async () => start(`--config ${await write("nats.conf", operator.config)}`);

    it("a node connects with the credentials of a user", async () => {
      const address = await startWithOperator();
      const nodes = [
        await NatsNode.following(logId, `nats://${address}`, { creds: operator.creds() }),
        await NatsNode.following(logId, `nats://${address}`, { creds: operator.creds() }),
      ] as const;
      nodes[0].bus.publish(numbered(1));
      await nodes[1].listener.number(1);
    });

    it("a node without credentials, or with those of another operator, is refused and reports that", async () => {
      const address = await startWithOperator();
      const refused = /the user, password, token or credentials are not accepted/;
      await new NatsNode(`nats://${address}`).says(refused);
      await new NatsNode(`nats://${address}`, { creds: new NatsOperator().creds() }).says(refused);
    });

    it("a file without credentials, or beside an address with a user, is refused, and no error has a secret", () => {
      const creds = operator.creds();
      const seed = creds.match(/^SU.*$/m)?.[0] as string;
      const begin = (url: string, text: string) => () => new NatsNode(url, { creds: text });
      for (const text of ["", "hello", creds.replace(seed, ""), seed]) {
        expect(begin("nats://a", text), text)
          .to.throw(/^--nats-creds: the file has no NATS credentials\. .*`nsc generate creds`/)
          .with.property("message")
          .not.contain(seed);
      }
      expect(begin("nats://a,nats://u:secret@b", creds))
        .to.throw(/^--nats-creds is set, and the NATS address of b:4222 has a user or token of its own/)
        .with.property("message")
        .not.contain("secret");
    });

    it("a file of credentials may have Windows line ends", async () => {
      const address = await startWithOperator();
      const creds = operator.creds().replaceAll("\n", "\r\n");
      await NatsNode.following(logId, `nats://${address}`, { creds });
    });
  });

  describe("with certificates", () => {
    const [server, client, other] = [makeCertificate(), makeCertificate(), makeCertificate()];
    const identity = { ca: `${server.cert}`, cert: `${client.cert}`, key: `${client.key}` };
    const startTls = async () => {
      const [cert, key] = [await write("cert.pem", server.cert), await write("key.pem", server.key)];
      const ca = await write("client.pem", client.cert);
      return start(`--tls --tlscert ${cert} --tlskey ${key} --tlsverify --tlscacert ${ca}`);
    };

    it("a node trusts the given authority, presents its certificate, and requires TLS with any scheme", async () => {
      const address = await startTls();
      for (const scheme of ["nats", "tls"]) await NatsNode.following(logId, `${scheme}://${address}`, identity);
      const plain = await start("");
      await new NatsNode(`nats://${plain}`, identity).says(/server does not support 'tls'/);
    });

    it("a node refuses an unknown server certificate, and a server refuses an unknown node certificate", async function () {
      differsOnBun(this, 15);
      const address = await startTls();
      await new NatsNode(`nats://${address}`, { ...identity, cert: `${other.cert}`, key: `${other.key}` }).says(
        /cannot be reached|is lost/,
      );
      await new NatsNode(`nats://${address}`, { ...identity, ca: `${other.cert}` }).says(/self-signed certificate/);
    });
  });
});
