import { expect } from "chai";
import { parseAddresses } from "../../src/server/engines/nats/addresses.ts";

describe("parseAddresses", () => {
  const read = (url: string) =>
    parseAddresses(url).map(({ server, tls, credentials }) => ({ server, tls, ...credentials }));

  it("each address has its own credentials, TLS and port", () => {
    expect(read("nats://localhost:4222")).to.deep.equal([{ server: "localhost:4222", tls: false }]);
    expect(read("nats-1,10.0.0.2:5000, [::1]:4333 ,nats://[fe80::1]/")).to.deep.equal([
      { server: "nats-1:4222", tls: false },
      { server: "10.0.0.2:5000", tls: false },
      { server: "[::1]:4333", tls: false },
      { server: "[fe80::1]:4222", tls: false },
    ]);
    expect(read("tls://ana:p%40ss%2Cw%25rd@a.example.org,nats://t%3Ak%65n@b:80")).to.deep.equal([
      { server: "a.example.org:4222", tls: true, user: "ana", pass: "p@ss,w%rd" },
      { server: "b:80", tls: false, token: "t:ken" },
    ]);
  });

  const wrong = {
    "": /^The NATS address cannot be read: write it as nats:/,
    "nats://a:4222,": /^NATS address 2 of 2 cannot be read/,
    "nats://": /cannot be read/,
    "nats://a:99999": /cannot be read/,
    "nats://ana:sec,ret@a": /^NATS address 1 of 2 cannot be read/,
    "nats://ana:sec/ret@a": /cannot be read/,
    "nats://ana:sec ret@a b": /cannot be read/,
    "ana:secret@a:b": /cannot be read/,
    "http://ana:secret@a:4222": /^The NATS address \(a:4222\) begins with http:\/\/: write nats:\/\/ or tls:\/\/\.$/,
    "ws://ana:secret@a": /begins with ws:/,
    "nats://ana:secret@a/path": /^The NATS address has more after its host and port/,
    "http://ana:7/secret@a": /has more after its host and port/,
    "nats://ana:secret@a?password=secret": /has more after its host and port/,
    "nats://ana:secret@a#secret": /has more after its host and port/,
    "nats://:secret@a": /has a password but no user/,
    "nats://ana:secret%@a": /has a % in its user, password or token/,
    "nats://%zzsecret@a": /has a % in its user, password or token/,
  };
  for (const [url, message] of Object.entries(wrong)) {
    it(`the address "${url}" is refused, with an error without a password`, () => {
      let error: Error | undefined;
      try {
        parseAddresses(url);
      } catch (thrown) {
        error = thrown as Error;
      }
      expect(error?.message).to.match(message);
      expect(`${error?.stack} ${error?.cause}`).to.not.match(/sec|ret@|ana:7/);
    });
  }
});
