import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { expect } from "chai";
import { readStatusDetails } from "../../src/client/statusDetails.ts";

function any(type: string, value: BinaryWriter): Uint8Array {
  return new BinaryWriter().uint32(10).string(`type.googleapis.com/${type}`).uint32(18).bytes(value.finish()).finish();
}

function status(...details: Uint8Array[]): Uint8Array {
  const writer = new BinaryWriter().uint32(8).int32(14).uint32(18).string("no");
  for (const detail of details) writer.uint32(26).bytes(detail);
  return writer.finish();
}

describe("readStatusDetails", () => {
  it("readStatusDetails returns the reason, the wait and the fields, and skips unknown details", () => {
    const info = new BinaryWriter().uint32(10).string("OVERLOADED").uint32(18).string("obrolan");
    const delay = new BinaryWriter().uint32(8).int64(2).uint32(16).int32(1_500_001).finish();
    const retry = new BinaryWriter().uint32(10).bytes(delay);
    const violation = new BinaryWriter().uint32(10).string("username").uint32(18).string("too long").finish();
    const bad = new BinaryWriter().uint32(10).bytes(violation);
    const details = status(
      any("google.rpc.ErrorInfo", info),
      any("google.rpc.RetryInfo", retry),
      any("google.rpc.BadRequest", bad),
      any("google.rpc.SomethingNew", info),
    );
    expect(readStatusDetails(details)).to.deep.equal({
      reason: "OVERLOADED",
      retryAfterMs: 2002,
      fields: [{ field: "username", description: "too long" }],
    });
  });

  it("bytes that cannot be decoded give no details", () => {
    expect(readStatusDetails(Buffer.from([0xff, 0xff, 0xff]))).to.deep.equal({ fields: [] });
    expect(readStatusDetails(new Uint8Array())).to.deep.equal({ fields: [] });
  });
});
