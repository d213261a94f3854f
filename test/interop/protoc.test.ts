import path from "node:path";
import { expect } from "chai";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { needs, run } from "./tools.ts";

const root = path.resolve(import.meta.dirname, "../..");
const contract = ["-I", path.join(root, "proto"), "obrolan/v1/chat.proto"];
/** Debian's, whatever other Pythons there are: its packages are installed for this one. */
const python = "/usr/bin/python3";
const pythonPlugin = "/usr/bin/grpc_python_plugin";

describe("the contract in other hands", () => {
  const folder = useFolder();
  afterEach(endProcesses);

  it("compiles with plain protoc and nothing else", async function () {
    needs(this, "protoc", ["--version"], "protobuf-compiler libprotobuf-dev");
    const { code, stderr } = await run("protoc", [...contract, "-o", path.join(folder.path, "chat.binpb")]);
    expect(stderr).to.equal("");
    expect(code).to.equal(0);
  });

  it("makes a Python client that registers, joins, says something and hears it", async function () {
    needs(this, "protoc", ["--version"], "protobuf-compiler libprotobuf-dev");
    needs(this, "test", ["-x", pythonPlugin], "protobuf-compiler-grpc");
    needs(this, python, ["-c", "import grpc, google.protobuf"], "python3-grpcio python3-protobuf");
    const generated = await run("protoc", [
      ...contract,
      `--python_out=${folder.path}`,
      `--grpc_python_out=${folder.path}`,
      `--plugin=protoc-gen-grpc_python=${pythonPlugin}`,
    ]);
    expect(generated.stderr).to.equal("");

    const { server, port } = await ServerProcess.serve(path.join(folder.path, "data"));
    const text = "selamat pagi, 世界 👋";
    const client = path.join(import.meta.dirname, "talk.py");
    const talked = await run(python, [client, `127.0.0.1:${port}`, "guido", "a good password", text], {
      PYTHONPATH: folder.path,
    });
    expect(talked.code, talked.stderr).to.equal(0);

    const events: Record<string, Record<string, unknown>>[] = talked.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const event = (kind: string) => events.find((candidate) => kind in candidate);
    expect(event("welcome")?.welcome).to.include({ username: "guido" });
    expect(event("caught_up")).to.include({ request_id: "enter" });
    expect(event("accepted")).to.include({ request_id: "hello" });
    expect(event("message")?.message).to.include({ sender: "guido", text, id: event("accepted")?.accepted?.id });
    await server.kill("SIGTERM");
  });
});
