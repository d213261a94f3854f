import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { needs, run } from "../support/externalTools.ts";
import { useFolder } from "../support/folder.ts";

const root = path.resolve(import.meta.dirname, "../..");
const contract = ["-I", path.join(root, "proto"), "obrolan/v1/chat.proto"];
const PROTOC = "protobuf-compiler libprotobuf-dev";

describe("The contract, compiled with protoc", () => {
  const folder = useFolder();

  it("the contract compiles with plain protoc and nothing else", async function () {
    needs(this, "protoc", ["--version"], PROTOC);
    const { code, stderr } = await run("protoc", [...contract, "-o", path.join(folder.path, "chat.binpb")]);
    expect(stderr).to.equal("");
    expect(code).to.equal(0);
  });

  it("the contract gives Java one file for each message, in the package obrolan.v1", async function () {
    needs(this, "protoc", ["--version"], PROTOC);
    const output = path.join(folder.path, "java");
    await mkdir(output);
    const { stderr } = await run("protoc", [...contract, `--java_out=${output}`]);
    expect(stderr).to.equal("");
    const files = await readdir(path.join(output, "obrolan/v1"));
    expect(files).to.include.members(["ChatProto.java", "ChatRequest.java", "Event.java", "Reason.java"]);
    expect(await readFile(path.join(output, "obrolan/v1/ChatProto.java"), "utf8")).to.include("package obrolan.v1;");
  });

  it("the contract names its Go package, so that protoc-gen-go needs no M option", async function () {
    needs(this, "protoc", ["--version"], PROTOC);
    const file = path.join(folder.path, "chat.binpb");
    await run("protoc", [...contract, "-o", file]);
    expect((await readFile(file)).toString("latin1")).to.include("obrolan/v1;obrolanv1");
  });
});
