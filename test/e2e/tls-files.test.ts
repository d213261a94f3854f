import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { ChatError, connect, Status } from "../../src/client/index.ts";
import { makeCertificate } from "../support/certificate.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { run } from "../support/program.ts";

const DAY = 24 * 60 * 60 * 1_000;
const SECRET = "rahasia123";

describe("A TLS file that a setting names", function () {
  this.timeout(60_000);
  const folder = useFolder();
  const [own, other] = [makeCertificate(), makeCertificate()];
  afterEach(endProcesses);

  const write = (name: string, content: string | Buffer) => {
    const file = path.join(folder.path, name);
    writeFileSync(file, content);
    return file;
  };

  /** Expects that a server does not start, and that its error does not have the secret. Resolves with the error. */
  async function refusal(args: readonly string[]): Promise<string> {
    const data = path.join(folder.path, "data");
    const exit = await ServerProcess.spawn(["--listen", "127.0.0.1:0", "--data", data, ...args]).exit();
    expect(exit.code, exit.stderr).to.equal(1);
    expect(exit.stderr)
      .to.match(/^obrolan: [^\n]*\n$/)
      .and.not.include(SECRET);
    return exit.stderr.slice("obrolan: ".length, -1);
  }

  it("a wrong TLS file keeps the server from starting, and the error names the setting and the fault", async () => {
    const [cert, key, foreign] = [write("cert", own.cert), write("key", own.key), write("foreign", other.key)];
    const junk = write("junk", "junk");
    expect(await refusal(["--tls-cert", cert, "--tls-key", foreign])).to.match(/^--tls-key: .* is not the key of the/);
    expect(await refusal(["--tls-cert", junk, "--tls-key", key])).to.match(/^--tls-cert: \S+ has nothing in PEM/);
  });

  it("a wrong TLS file for NATS or the database keeps a node from starting @long", async () => {
    const [cert, key, foreign] = [write("cert", own.cert), write("key", own.key), write("foreign", other.key)];
    const [junk, creds] = [write("junk", "junk"), write("creds", Buffer.from(`\ufeff${SECRET}`, "utf16le"))];
    const database = `postgres://ana:${SECRET}@127.0.0.1:1/obrolan`;
    const nats = ["--database-url", database, "--nats-url", `nats://ana:${SECRET}@127.0.0.1:1`];
    for (const [args, told] of [
      [[...nats, "--nats-ca", junk], /^--nats-ca: \S+ has nothing in PEM/],
      [[...nats, "--nats-cert", cert, "--nats-key", foreign], /^--nats-key: \S+ is not the key of the/],
      [
        ["--database-url", database, "--nats-url", "nats://127.0.0.1:1", "--nats-creds", creds],
        /^--nats-creds: \S+ is text in UTF-16/,
      ],
      [["--database-url", `${database}?sslrootcert=${junk}`], /^sslrootcert in --database-url: \S+ has nothing in PEM/],
      [
        ["--database-url", `${database}?sslcert=${cert}&sslkey=${cert}`],
        /^sslkey in --database-url: \S+ has no private key/,
      ],
      [
        ["--database-url", `${database}?sslcert=${cert}&sslkey=${key}x`],
        /^sslkey in --database-url: \S+ cannot be read/,
      ],
      [["--database-url", `${database}?sslcert=${cert}`], /^--database-url has sslcert and not sslkey/],
    ] as const) {
      expect(await refusal(args)).to.match(told);
    }
  });

  it("a certificate that has expired, is not valid yet or expires soon is reported at the start", async () => {
    for (const [from, to, level, told] of [
      [-90, -1, 50, "expired on"],
      [1, 90, 50, "is not valid before"],
      [-76, 13, 40, "expires on"],
    ] as const) {
      const made = makeCertificate(Date.now() + from * DAY, Date.now() + to * DAY);
      const tls = ["--tls-cert", write("cert", made.cert), "--tls-key", write("key", made.key)];
      const { server } = await ServerProcess.serve(path.join(folder.path, "data"), tls);
      await server.says(new RegExp(`"level":${level}[^\\n]*--tls-cert: the certificate in \\S+ ${told} 20`));
      await server.kill("SIGTERM");
    }
  });

  it("a TLS file without a certificate stops the client and the health check", async () => {
    const junk = write("junk", SECRET);
    for (const command of [[], ["health"]]) {
      const { code, out, err } = await run([...command, "--ca", junk], ["login ana password"]);
      expect({ code, out }).to.deep.equal({ code: 2, out: "" });
      expect(err)
        .to.match(/^obrolan: --ca: \S+ has nothing in PEM: /)
        .and.not.include(SECRET);
    }
  });

  it("a TLS file without a certificate is refused by the client library", () => {
    for (const ca of ["", "junk", `${own.key}`]) {
      expect(() => connect({ address: "127.0.0.1:1", ca: Buffer.from(ca) }))
        .to.throw(ChatError, /^`ca` cannot be used: there is no certificate in it; PEM is wanted/)
        .with.property("code", Status.INVALID_ARGUMENT);
    }
    connect({ address: "127.0.0.1:1", ca: Buffer.concat([own.key, own.cert]) }).close();
  });
});
