import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import path from "node:path";
import { expect } from "chai";
import { createServer as createGrpcServer } from "nice-grpc";
import { HealthDefinition, HealthServiceImpl, HealthState } from "nice-grpc-server-health";
import { connect } from "../../src/client/index.ts";
import { makeCertificate } from "../support/certificate.ts";
import { useFolder } from "../support/folder.ts";
import { run } from "../support/program.ts";
import { Proxy as Network } from "../support/proxy.ts";
import { TestServer, useServer } from "../support/server.ts";
import { useTerminals } from "../support/terminals.ts";

const DAY_MS = 86_400_000;
/** An address of the documentation (RFC 5737), which only ever goes to the proxy. */
const ELSEWHERE = "192.0.2.1:50051";

describe("A server that cannot be reached", () => {
  const folder = useFolder();
  const certificate = makeCertificate();
  const plain = useServer();
  const { open } = useTerminals(plain);

  function file(content: Buffer | string): string {
    const name = path.join(folder.path, "file.pem");
    writeFileSync(name, content);
    return name;
  }

  /** What a script is told, which ends with `code`. It never shows its password. */
  async function told(args: string[], env: Record<string, string> = {}, code = 3): Promise<string> {
    const ended = await run(args, ["login ani correct-horse", "sendall hello"], env);
    expect(ended, ended.err).to.include({ code, out: "" });
    expect(ended.err)
      .to.match(/^[^\n]+[.?]\n$/)
      .and.not.to.match(/correct-horse|undefined|SSL routines|Error:|\(20\d\d-|`/);
    return ended.err;
  }

  const at = (server: TestServer, host = "127.0.0.1") => ["--server", `${host}:${server.port}`];

  /** A server with a certificate, for as long as it is used. */
  async function withTls(tls: typeof certificate, use: (server: TestServer) => Promise<void>): Promise<void> {
    const server = await TestServer.start({ tls });
    await use(server).finally(() => server.close());
  }

  /** A server of another protocol, for as long as it is used. */
  async function withServer(server: Server | ReturnType<typeof createTcpServer>, use: (port: number) => Promise<void>) {
    // A client that ends may reset its connection.
    server.on("connection", (socket: Socket) => socket.on("error", () => {}));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    await use((server.address() as AddressInfo).port).finally(() => server.close());
  }

  it("a sentence says that the server speaks TLS and the client does not", () =>
    withTls(certificate, async (server) => {
      expect(await told(at(server))).to.match(/ speaks TLS, .* in --ca, and leave --insecure out\.\n$/);
    }));

  it("a sentence says that the client speaks TLS and the server does not", async () => {
    expect(await told([...at(plain), "--ca", file(certificate.cert)])).to.match(
      / does not speak TLS\. .* --insecure and no --ca/,
    );
  });

  it("a sentence says that the certificate is self-signed", () =>
    withTls(certificate, async (server) => {
      expect(await told([...at(server), "--ca", file(makeCertificate().cert)])).to.match(
        / is not trusted: .*--ca\.\n$/,
      );
    }));

  it("a sentence says that the certificate has expired, or is not valid yet", async () => {
    for (const [days, sentence] of [
      [-2, / has expired\./],
      [2, / is not valid yet\./],
    ] as const) {
      const middle = Date.now() + days * DAY_MS;
      const other = makeCertificate(middle - DAY_MS / 24, middle + DAY_MS / 24);
      await withTls(other, async (server) => {
        expect(await told([...at(server), "--ca", file(other.cert)])).to.match(sentence);
      });
    }
  });

  it("a sentence says that the certificate is for another name", () =>
    withTls(certificate, async (server) => {
      const network = await Network.start(server.port, "127.0.0.2");
      expect(await told(["--server", network.address, "--ca", file(certificate.cert)])).to.match(
        /is for another name than 127\.0\.0\.2 \(/,
      );
      await network.close();
    }));

  it("a sentence says that nothing listens, or that the name is not known", async () => {
    expect(await told(["--server", "127.0.0.1:1"])).to.match(/^Nothing listens at 127\.0\.0\.1:1 /);
    expect(await told(["--server", "nowhere.invalid:1"])).to.match(
      /^No address is known for the name nowhere\.invalid\./,
    );
  });

  it("a sentence says that the server is a web server, or closes the connection", async () => {
    await withServer(createHttpServer(), async (port) => {
      expect(await told(["--server", `127.0.0.1:${port}`])).to.match(/ does not speak gRPC\./);
    });
    await withServer(
      createTcpServer((socket) => socket.destroy()),
      async (port) => {
        expect(await told(["--server", `127.0.0.1:${port}`])).to.match(/ closed the connection at once\./);
      },
    );
  });

  it("a sentence says that the server speaks gRPC and is not Obrolan", async () => {
    const server = createGrpcServer();
    server.add(HealthDefinition, HealthServiceImpl(HealthState()));
    const port = await server.listen("127.0.0.1:0");
    expect(await told(["--server", `127.0.0.1:${port}`])).to.match(/ speaks gRPC, but is not an Obrolan server\./);
    await server.shutdown();
  });

  it("a sentence names the proxy's variable if the proxy does not listen, or does not connect", async () => {
    const away = { http_proxy: "http://user:hush-hush@127.0.0.1:1" };
    const sentence = await told(["--server", ELSEWHERE, "--insecure"], away);
    expect(sentence).to.match(
      /^The proxy 127\.0\.0\.1:1, .* http_proxy names, cannot be reached\. .* no_proxy=192\.0\.2\.1 /,
    );
    expect(sentence).not.to.contain("hush-hush");
    const proxy = createHttpServer().on("connect", (_request, socket) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n"));
    await withServer(proxy, async (port) => {
      const env = { https_proxy: `http://127.0.0.1:${port}` };
      expect(await told(["--server", ELSEWHERE], env)).to.match(
        / https_proxy names, does not connect to 192\.0\.2\.1:50051\./,
      );
    });
  });

  it("certificates that cannot be used end the program with 2", async () => {
    const tls = ["--server", "chat.invalid:1"];
    for (const [roots, why] of [
      ["/no/such/file", "ENOENT"],
      [file("junk"), "there is no certificate in it"],
    ] as const) {
      const env = { GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: roots };
      expect(await told(tls, env, 2)).to.contain(
        `GRPC_DEFAULT_SSL_ROOTS_FILE_PATH names ${roots}, which cannot be used: ${why}`,
      );
    }
    const damaged = certificate.cert.toString().replace(/\n.{20}/, "\nAAAAAAAAAAAAAAAAAAAA");
    for (const [content, sentence] of [
      ["", / is empty\.$/],
      ["junk", / has nothing in PEM: /],
      [certificate.key, / has no certificate: it has a private key\./],
      [damaged, / is damaged: certificate 1 of 1 in it cannot be read\.$/],
    ] as const) {
      const said = await told([...tls, "--ca", file(content)], {}, 2);
      expect(said.trimEnd())
        .to.match(/^obrolan: --ca: \//)
        .and.match(sentence);
    }
  });

  it("a person is told before the first question", () =>
    withTls(certificate, async (server) => {
      const terminal = open({ at: `127.0.0.1:${server.port}` });
      expect(await terminal.exit()).to.equal(3);
      expect(terminal.text.replaceAll("\n", " ")).to.contain("speaks TLS").and.not.to.contain("password for");
    }));

  it("the library throws the same sentence with its options, and gRPC's message as the cause", () =>
    withTls(certificate, async (server) => {
      const client = connect({ address: `127.0.0.1:${server.port}` });
      const error = await client.login("ani", "correct horse").catch((error: Error) => error);
      expect(error).to.be.instanceOf(Error).and.to.include({ name: "ChatError", reason: undefined });
      expect((error as Error).message).to.match(/ speaks TLS, .* in `ca`, and leave `insecure` out\.$/);
      expect(String((error as Error).cause)).to.contain("Failed to connect");
      const room = client.enter({ token: "t", firstConnectMs: 60_000 });
      for await (const event of room) {
        if (event.kind !== "disconnected") continue;
        expect(event.cause.message).to.contain("speaks TLS");
        break;
      }
      room.abort();
      await room.closed;
      client.close();
    }));
});
