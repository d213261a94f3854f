import { expect } from "chai";
import { makeCertificate } from "../support/certificate.ts";
import { sendAll } from "../support/commands.ts";
import { useServer } from "../support/server.ts";
import { Connection } from "../support/wire.ts";

const certificate = makeCertificate();

describe("A server with a certificate", function () {
  this.timeout(60_000);
  const server = useServer({ tls: certificate });

  it("talks TLS with whoever trusts it", async () => {
    const wire = await server.connect({ ca: certificate.cert });
    const { token } = await wire.register("ana", "a good password");
    const chat = wire.chat(token);
    expect((await chat.accept(sendAll("in private"))).duplicate).to.equal(false);
    chat.halfClose();
    expect((await chat.end()).code).to.equal(0);
  });

  it("is not trusted by whoever expects another certificate", async () => {
    let trusted = true;
    await Connection.open({ port: server.port, ca: makeCertificate().cert }).catch(() => {
      trusted = false;
    });
    expect(trusted).to.equal(false);
  });

  it("does not talk to whoever speaks without TLS", async () => {
    let answered = true;
    await Connection.open({ port: server.port }).catch(() => {
      answered = false;
    });
    expect(answered).to.equal(false);
  });
});
