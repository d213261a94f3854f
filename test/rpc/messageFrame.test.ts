import { expect } from "chai";
import { framed, prefixOf } from "../../src/server/rpc/messageFrame.ts";

describe("prefixOf", () => {
  it("the prefix says that a message is not compressed, and how long it is", () => {
    expect(prefixOf(Buffer.alloc(0x01_02_03))).to.deep.equal(Buffer.from([0, 0, 1, 2, 3]));
    expect(prefixOf(Buffer.alloc(0))).to.deep.equal(Buffer.alloc(5));
  });
});

describe("framed", () => {
  it("the message comes after its prefix", () => {
    expect(framed(Buffer.from("hello"))).to.deep.equal(Buffer.from("\0\0\0\0\x05hello"));
  });
});
