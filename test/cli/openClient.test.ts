import { expect } from "chai";
import { isEncrypted } from "../../src/cli/openClient.ts";

describe("isEncrypted", () => {
  it("a server on another machine is reached over TLS, unless the person wants it without", () => {
    const settings = { server: "chat.example:443", ca: undefined };
    expect(isEncrypted({ ...settings, insecure: false })).to.equal(true);
    expect(isEncrypted({ ...settings, insecure: true })).to.equal(false);
  });

  it("a server on this machine is reached without TLS, unless certificates are given", () => {
    for (const server of ["127.0.0.1:50051", "[::1]:50051", "localhost:50051"]) {
      expect(isEncrypted({ server, ca: undefined, insecure: false }), server).to.equal(false);
      expect(isEncrypted({ server, ca: "ca.pem", insecure: false }), server).to.equal(true);
    }
  });
});
