import { readFile } from "node:fs/promises";
import { fromBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { FieldDescriptorProto_Type, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { COMMAND_FIELDS } from "../../src/server/rpc/chat/command.ts";
import { servedDefinition } from "../../src/server/rpc/definition.ts";
import { InvalidRequest } from "../../src/server/rpc/invalidRequest.ts";

const DESCRIPTORS = new URL("../../src/gen/obrolan.binpb", import.meta.url);

/** Those fields of a message in the contract whose type is a message too. */
async function messageFieldsOf(name: string) {
  const { file } = fromBinary(FileDescriptorSetSchema, await readFile(DESCRIPTORS));
  const message = file.flatMap(({ messageType }) => messageType).find((each) => each.name === name);
  if (message === undefined) throw new Error(`the contract has no message ${name}`);
  return message.field.filter(({ type }) => type === FieldDescriptorProto_Type.MESSAGE);
}

/** A `ChatRequest` with one field, whose content is not a message: it has the field number 0. */
function malformedIn(field: number): Uint8Array {
  return new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(Uint8Array.of(0x00)).finish();
}

describe("The decoding of ChatRequest", () => {
  const { requestDeserialize } = servedDefinition.chat;

  it("every field of the contract that is a message is checked strictly", async () => {
    const fields = await messageFieldsOf("ChatRequest");
    expect(fields.length).to.be.at.least(4);
    expect([...COMMAND_FIELDS].sort()).to.deep.equal(fields.map(({ number }) => number).sort());
    for (const { number, name } of fields) {
      expect(requestDeserialize(malformedIn(number)), name).to.be.instanceOf(InvalidRequest);
    }
  });

  it("no command has fields that are messages, which the check would not reach", async () => {
    for (const { typeName } of await messageFieldsOf("ChatRequest")) {
      expect(await messageFieldsOf(typeName.split(".").at(-1) ?? ""), typeName).to.deep.equal([]);
    }
  });

  it("a field of a newer contract is skipped", () => {
    const request = requestDeserialize(malformedIn(1_000));
    expect(request).to.deep.equal({ requestId: "", command: undefined });
  });
});
