import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { createServer } from "nice-grpc";
import { HealthDefinition, HealthServiceImpl, HealthState } from "nice-grpc-server-health";
import { makeCertificate } from "../support/certificate.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { type Ended, run } from "../support/program.ts";
import { TestServer } from "../support/server.ts";

const SERVICE = "obrolan.v1.ChatService";

/** Runs the program again if the server did not answer in time, because a busy machine may be too slow. */
async function ask(...how: Parameters<typeof run>): Promise<Ended> {
  for (;;) {
    const ended = await run(...how);
    if (!/ did not answer within /.test(ended.err)) return ended;
  }
}

describe("obrolan health", () => {
  const folder = useFolder();
  afterEach(endProcesses);

  it("obrolan health ends with 0 for a server that takes calls, and says so", async () => {
    const server = await TestServer.start();
    const at = `127.0.0.1:${server.port}`;
    const serving = { code: 0, out: `${at} is serving.\n`, err: "" };
    expect(await ask(["health", "--server", at])).to.deep.equal(serving);
    expect(await ask(["health"], [], { OBROLAN_SERVER: at })).to.deep.equal(serving);
    expect(await ask(["--server", at, "health"])).to.deep.equal(serving);
    expect(await ask(["health", "--liveness", "--server", at])).to.deep.equal(serving);
    await server.close();
  });

  it("obrolan health ends with 1 if no server listens, and says why", async () => {
    const server = await TestServer.start();
    const at = `127.0.0.1:${server.port}`;
    await server.close();
    const { code, out, err } = await ask(["health", "--server", at]);
    expect({ code, out }).to.deep.equal({ code: 1, out: "" });
    expect(err).to.match(/^obrolan: Nothing listens at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)\. .*\.\n$/);
  });

  it("obrolan health ends with 1 if the room takes no calls; with --liveness it ends with 0", async () => {
    const state = HealthState();
    state.setStatus("unhealthy", SERVICE);
    const server = createServer();
    server.add(HealthDefinition, HealthServiceImpl(state));
    const at = `127.0.0.1:${await server.listen("127.0.0.1:0")}`;
    const refusal = `obrolan: ${at} is up, but takes no calls at the moment.\n`;
    expect(await ask(["health", "--server", at])).to.deep.equal({ code: 1, out: "", err: refusal });
    expect(await ask(["health", "--liveness", "--server", at])).to.include({ code: 0 });
    state.setStatus("unhealthy");
    expect(await ask(["health", "--liveness", "--server", at])).to.include({ code: 1 });
    await server.shutdown();
  });

  it("obrolan health ends with 1 for a server that is not Obrolan", async () => {
    const server = createServer();
    server.add(HealthDefinition, HealthServiceImpl(HealthState()));
    const at = `127.0.0.1:${await server.listen("127.0.0.1:0")}`;
    expect(await ask(["health", "--server", at])).to.include({ code: 1, out: "" });
    await server.shutdown();
  });

  it("obrolan health talks TLS to a server whose certificate it is given", async () => {
    const { cert, key } = makeCertificate();
    const [certFile, keyFile] = [path.join(folder.path, "cert.pem"), path.join(folder.path, "key.pem")];
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    const { port } = await ServerProcess.serve(folder.path, ["--tls-cert", certFile, "--tls-key", keyFile]);
    const asked = ["health", "--server", `127.0.0.1:${port}`];
    expect(await ask([...asked, "--ca", certFile])).to.include({ code: 0 });
    expect(await ask(asked)).to.include({ code: 1, out: "" });
  });

  it("obrolan health ends with 2 for an unknown flag or argument", async () => {
    const wrong: [string[], RegExp][] = [
      [["--alive"], /--alive is not a flag of obrolan health\./],
      [["--insecure", "--ca", "cert.pem"], /--insecure means no TLS, but --ca is set/],
      [["now"], /health takes no such argument\./],
    ];
    for (const [args, sentence] of wrong) {
      const { code, err } = await run(["health", ...args]);
      expect(code, args.join(" ")).to.equal(2);
      expect(err).to.match(sentence);
    }
  });
});
