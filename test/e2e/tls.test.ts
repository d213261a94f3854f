import { expect } from "chai";
import { makeCertificate } from "../support/certificate.ts";
import { sendAll } from "../support/commands.ts";
import { useServer } from "../support/server.ts";
import { Connection } from "../support/wire.ts";

const certificate = makeCertificate();

describe("A server with a certificate", function () {
  this.timeout(60_000);
  const server = useServer({ tls: certificate });

  it("a server with a certificate talks TLS with a client that trusts it", async () => {
    const wire = await server.connect({ ca: certificate.cert });
    const { token } = await wire.register("ana", "a good password");
    const chat = wire.chat(token);
    expect((await chat.accept(sendAll("in private"))).duplicate).to.equal(false);
    chat.halfClose();
    expect((await chat.end()).code).to.equal(0);
  });

  it("a client that expects another certificate does not trust the server", async () => {
    let trusted = true;
    await Connection.open({ port: server.port, ca: makeCertificate().cert }).catch(() => {
      trusted = false;
    });
    expect(trusted).to.equal(false);
  });

  it("a server with a certificate does not talk to a client without TLS", async () => {
    let answered = true;
    await Connection.open({ port: server.port }).catch(() => {
      answered = false;
    });
    expect(answered).to.equal(false);
  });
});
