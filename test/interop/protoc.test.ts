import path from "node:path";
import { expect } from "chai";
import { useFolder } from "../support/folder.ts";
import { needs, run } from "./tools.ts";

const root = path.resolve(import.meta.dirname, "../..");
const contract = ["-I", path.join(root, "proto"), "obrolan/v1/chat.proto"];

describe("the contract in other hands", () => {
  const folder = useFolder();

  it("compiles with plain protoc and nothing else", async function () {
    needs(this, "protoc", ["--version"], "protobuf-compiler libprotobuf-dev");
    const { code, stderr } = await run("protoc", [...contract, "-o", path.join(folder.path, "chat.binpb")]);
    expect(stderr).to.equal("");
    expect(code).to.equal(0);
  });
});
