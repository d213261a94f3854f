import { expect } from "chai";
import { parseConnectionStart } from "../../src/server/net/proxyHeader.ts";
import { fromV4, fromV6, LOCAL, MALFORMED } from "../support/proxyHeader.ts";

const REST = Buffer.from("PRI * HTTP/2.0\r\n\r\n");

describe("parseConnectionStart", () => {
  const headers: [string, Buffer, string | undefined][] = [
    ["an IPv4 address", fromV4("192.0.2.7"), "192.0.2.7"],
    ["an IPv6 address", fromV6("20010db8000000010000000000000001"), "2001:db8:0:1:0:0:0:1"],
    ["an IPv4 address within IPv6", fromV6("00000000000000000000ffffc0000207"), "192.0.2.7"],
    ["a connection of the proxy itself", LOCAL, undefined],
  ];
  for (const [what, header, address] of headers) {
    it(`the header of ${what} is recognised when all its bytes have arrived`, () => {
      const found = { kind: "header", length: header.length, address };
      expect(parseConnectionStart(Buffer.concat([header, REST]))).to.deep.equal(found);
      expect(parseConnectionStart(header)).to.deep.equal(found);
      for (let length = 0; length < header.length; length++) {
        expect(parseConnectionStart(header.subarray(0, length)), `${length} bytes`).to.deep.equal({
          kind: "unfinished",
        });
      }
    });
  }

  it("HTTP/2, TLS and other bytes are not a header", () => {
    for (const bytes of [REST, REST.subarray(0, 1), Buffer.of(0x16, 3, 1), Buffer.from("\r\n\r\nno header")]) {
      expect(parseConnectionStart(bytes)).to.deep.equal({ kind: "none" });
    }
  });

  for (const [what, bytes] of Object.entries(MALFORMED)) {
    it(`a header with ${what} is malformed`, () => {
      expect(parseConnectionStart(bytes)).to.deep.equal({ kind: "malformed" });
    });
  }
});
