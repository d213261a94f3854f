import { expect } from "chai";
import { type HttpProxy, proxyFor } from "../../src/client/proxy.ts";
import { type ConnectTarget, whyUnreached } from "../../src/client/unreached.ts";

/** gRPC's message for a failed connection, with its last error. */
const no = (last: string) => `No connection established. Last error: ${last}. Resolution note: `;

const PLAIN: ConnectTarget = { address: "chat:1", host: "chat", port: 1, tls: false, proxy: undefined };
const TLS: ConnectTarget = { ...PLAIN, tls: true };
const PROXY: HttpProxy = { host: "proxy", port: 8080, variable: "http_proxy", exceptions: "no_proxy" };
const PROXIED: ConnectTarget = { ...TLS, proxy: PROXY };

const OPENSSL =
  "Error: 40CD9043657F0000:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../x.c:77:\n";
const DATE = "2026-11-30T17:26:31.998Z";

describe("whyUnreached", () => {
  const rows: [string, string, ConnectTarget, boolean, RegExp][] = [
    [
      "a proxy that does not listen",
      no("undefined"),
      PROXIED,
      false,
      /^The proxy proxy:8080, .* http_proxy names, cannot be reached\. .* no_proxy=chat /,
    ],
    [
      "a proxy whose name is not known",
      "Name resolution failed for target dns:proxy:8080",
      PROXIED,
      false,
      /^The proxy .* cannot be reached/,
    ],
    [
      "a proxy that does not connect",
      no("undefined"),
      PROXIED,
      true,
      /^The proxy proxy:8080, .* does not connect to chat:1\. .* no_proxy=chat /,
    ],
    [
      "a name that is not known",
      "Name resolution failed for target dns:chat:1",
      TLS,
      false,
      /^No address is known for the name chat\./,
    ],
    [
      "a port at which nothing listens",
      no("Error: connect ECONNREFUSED 10.0.0.1:1"),
      PLAIN,
      false,
      /^Nothing listens at chat:1 /,
    ],
    [
      "an unreachable network",
      no("Error: connect EHOSTUNREACH 10.0.0.1:1"),
      PLAIN,
      false,
      /^chat:1 cannot be reached .*EHOSTUNREACH/,
    ],
    [
      "a certificate for another name",
      no(
        "Error: Hostname/IP does not match certificate's altnames: Host: chat. is not in the cert's altnames: DNS:localhost",
      ),
      TLS,
      false,
      /^The certificate of chat:1 is for another name than chat \(Host: chat\. .*DNS:localhost\)/,
    ],
    [
      "a certificate that has expired",
      no("Error: certificate has expired"),
      TLS,
      false,
      /^The certificate of chat:1 has expired\./,
    ],
    [
      "a certificate that is not valid yet",
      no("Error: certificate is not yet valid"),
      TLS,
      false,
      /^The certificate of chat:1 is not valid yet\./,
    ],
    [
      "a self-signed certificate",
      no("Error: self-signed certificate; if the root CA is installed locally, try …"),
      TLS,
      false,
      /^The certificate of chat:1 is not trusted.*`ca`\.$/,
    ],
    [
      "a certificate of an unknown authority",
      no("Error: unable to verify the first certificate"),
      TLS,
      false,
      /^The certificate of chat:1 is not trusted/,
    ],
    [
      "a server that does not agree to TLS",
      no("Error: …:sslv3 alert handshake failure:…"),
      TLS,
      false,
      /^chat:1 refused the TLS handshake/,
    ],
    ["a server without TLS", no(OPENSSL), TLS, false, /^chat:1 does not speak TLS\. .*`insecure: true` and no `ca`\.$/],
    [
      "a server without TLS that closes the connection at a TLS handshake",
      no(`Failed to connect (${DATE})`),
      TLS,
      true,
      /^chat:1 does not speak TLS\. .*`insecure: true` and no `ca`\.$/,
    ],
    [
      "a server that hangs up on a client with TLS",
      no(`Failed to connect (${DATE})`),
      TLS,
      false,
      /^chat:1 closed the connection at once\./,
    ],
    [
      "a server with TLS",
      no(`Failed to connect (${DATE})`),
      PLAIN,
      true,
      /^chat:1 speaks TLS.* in `ca`, and leave `insecure` out\.$/,
    ],
    [
      "a server that did not answer",
      "The server did not answer within 50 ms.",
      PLAIN,
      false,
      /^chat:1 did not answer within 50 ms\./,
    ],
    [
      "a server of another protocol",
      no(`Protocol error (${DATE})`),
      PLAIN,
      false,
      /^The server at chat:1 does not speak gRPC\./,
    ],
    [
      "a server that hangs up",
      no(`Failed to connect (${DATE})`),
      PLAIN,
      false,
      /^chat:1 closed the connection at once\./,
    ],
    [
      "a web server",
      "Received HTTP status code 404",
      TLS,
      false,
      /^The server at chat:1 answered with HTTP status 404 /,
    ],
    ["any other error", no("Error: something new"), TLS, false, /^chat:1 was not reached: something new\. Check that /],
  ];
  for (const [cause, message, target, found, sentence] of rows) {
    it(`whyUnreached explains ${cause} in one line`, async () => {
      const probes = {
        speaksTls: async () => found,
        speaksPlainText: async () => found,
        proxyListens: async () => found,
      };
      const said = await whyUnreached(message, target, probes);
      expect(said).to.match(sentence);
      expect(said)
        .to.match(/^[^\n]*\.$/)
        .and.not.to.match(/undefined|Error:|SSL routines|2026-/);
    });
  }

  it("whyUnreached returns undefined for a call that failed for another reason", async () => {
    const probes = { speaksTls: async () => true, speaksPlainText: async () => true, proxyListens: async () => true };
    for (const message of ["Stream refused by server", "Connection dropped", "The room is full.", ""]) {
      expect(await whyUnreached(message, TLS, probes), message).to.equal(undefined);
    }
  });
});

describe("proxyFor", () => {
  const http_proxy = "http://user:secret@proxy:8080";

  it("the proxy is that of https_proxy, or else of http_proxy", () => {
    expect(proxyFor("chat", { http_proxy })).to.deep.equal(PROXY);
    expect(proxyFor("chat", { http_proxy, https_proxy: "http://other" })).to.include({ host: "other", port: 80 });
    expect(proxyFor("chat", {})).to.equal(undefined);
  });

  it("a variable without an http:// proxy is ignored, as gRPC ignores it", () => {
    for (const value of ["junk", "https://proxy", "socks5://proxy:1"]) {
      expect(proxyFor("chat", { http_proxy: value }), value).to.equal(undefined);
    }
  });

  it("a host in no_grpc_proxy or no_proxy has no proxy", () => {
    expect(proxyFor("a.example.org", { http_proxy, no_proxy: "localhost,.example.org" })).to.equal(undefined);
    expect(proxyFor("10.1.2.3", { http_proxy, no_proxy: "10.0.0.0/8" })).to.equal(undefined);
    expect(proxyFor("11.1.2.3", { http_proxy, no_proxy: "10.0.0.0/8" })).to.include({ host: "proxy" });
    expect(proxyFor("chat", { http_proxy, no_proxy: "chat", no_grpc_proxy: "other" })).to.include({
      exceptions: "no_grpc_proxy",
    });
  });
});
