import { expect } from "chai";
import { rateLimitKey } from "../../src/server/rpc/rateLimitKey.ts";

describe("rateLimitKey", () => {
  const keys: readonly (readonly [string, string, string])[] = [
    ["an IPv4 address is its own key, without the port", "192.0.2.7:50000", "192.0.2.7"],
    ["an IPv4 address that is mapped into IPv6 has the key of the IPv4 address", "[::ffff:192.0.2.7]:1", "192.0.2.7"],
    ["a mapped address may be written in upper case", "::FFFF:192.0.2.7:50000", "192.0.2.7"],
    ["an IPv6 address has its /64 prefix as the key", "[2001:db8:1:2:3:4:5:6]:1", "2001:db8:1:2::/64"],
    ["the double colon stands for zeros behind the prefix", "[2001:db8:1:2::6]:1", "2001:db8:1:2::/64"],
    ["the double colon stands for zeros within the prefix", "[2001:db8::6]:1", "2001:db8:0:0::/64"],
    ["the double colon may stand for a single zero", "[2001::2:3:4:5:6:7]:1", "2001:0:2:3::/64"],
    ["leading zeros and upper case make no difference", "[2001:0DB8:0001:0002::1]:1", "2001:db8:1:2::/64"],
    ["the loopback address of IPv6 has a prefix of zeros", "[::1]:1", "0:0:0:0::/64"],
    ["the zone of a link-local address is not part of the key", "[fe80::1%eth0]:1", "fe80:0:0:0::/64"],
    ["a text that is not an address is its own key", "unknown", "unknown"],
  ];
  for (const [title, address, key] of keys) {
    it(title, () => expect(rateLimitKey(address)).to.equal(key));
  }

  it("two addresses of one /64 share a key, and an address of the next /64 does not", () => {
    const [first, second, other] = ["2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"].map((host) =>
      rateLimitKey(`[${host}]:50000`),
    );
    expect(first).to.equal(second);
    expect(first).to.not.equal(other);
  });
});
