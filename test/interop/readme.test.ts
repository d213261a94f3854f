import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect } from "chai";
import type { ChatStream } from "../support/chatStream.ts";
import { join, sendAll } from "../support/commands.ts";
import { needsTool } from "../support/externalTools.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { Connection } from "../support/wire.ts";
import { isShown, readCalls, readExample, readSteps, type Step } from "./readme.ts";

const root = path.resolve(import.meta.dirname, "../..");
/** Waits in the shell until the example's message can be found: the search index is behind the log by a moment. */
const UNTIL_INDEXED = [
  "for try in $(seq 100); do",
  `  call obrolan.v1.ChatService/Search -H "$bearer" -d '{"query": "shell"}' | grep text >/dev/null && break`,
  "done",
].join("\n");
/** Printed between two steps. */
const BETWEEN = "-- the next step --";
const GRPCURL = "go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.8.9";

describe("The README's section Without a client", function () {
  this.timeout(120_000);
  const folder = useFolder();
  let port: number;
  let connection: Connection | undefined;
  let budi: ChatStream;

  beforeEach(async () => {
    ({ port } = await ServerProcess.serve(folder.path));
    connection = await Connection.open({ port });
    const { token } = await connection.register("budi", "a good password");
    budi = connection.chat(token);
    budi.send(join());
    await budi.accept(sendAll("Halo semua! Anybody here?"));
  });
  afterEach(async () => {
    connection?.close();
    connection = undefined;
    await endProcesses();
  });

  /**
   * Types the example and `more` steps with one of the tools; budi gets its message. `hasAccount`: ada exists, so
   * `Register` fails.
   */
  async function type(tool: string, { hasAccount, more = [] }: { hasAccount: boolean; more?: readonly Step[] }) {
    const example = await readExample("Without a client");
    expect(example).to.have.lengthOf(4);
    const steps = [...example, ...more];
    const call = (await readCalls()).get(tool);
    if (call === undefined) throw new Error(`the README has no call() for ${tool}`);
    const typed = steps.map(({ commands }) =>
      commands.includes("/Search") ? `${UNTIL_INDEXED}\n${commands}` : commands,
    );
    const script = [call, ...typed].join(`\necho '${BETWEEN}'\n`);
    const { stdout, stderr } = await bash(script.replaceAll("127.0.0.1:50051", `127.0.0.1:${port}`));
    const [, ...outputs] = stdout.split(`${BETWEEN}\n`);
    expect(outputs).to.have.lengthOf(steps.length);
    for (const [index, { commands, prints }] of steps.entries()) {
      const output = outputs[index] ?? "";
      if (hasAccount && commands.includes("/Register")) expect(output).to.equal("");
      else
        expect(isShown(output, prints), `${commands}\nprinted:\n${output}${stderr}\nand not:\n${prints}`).to.equal(
          true,
        );
    }
    if (hasAccount) expect(stderr).to.match(/already_?exists/i);
    else expect(stderr).to.equal("");
    await budi.next("message", ({ sender, text }) => sender === "ada" && text === "Hello from a shell.");
  }

  it("the example prints with buf what the README says, also if it is typed again", async () => {
    await type("buf", { hasAccount: false });
    await type("buf", { hasAccount: true });
  });

  it("the example prints with grpcurl what the README says, also if it is typed again", async function () {
    needsTool(this, "grpcurl", ["--version"], GRPCURL);
    await type("grpcurl", { hasAccount: false });
    await type("grpcurl", { hasAccount: true });
  });

  for (const [tool, tag] of [
    ["grpcurl", ""],
    ["buf", " @long"],
  ] as const) {
    it(`docs/grpcurl.md continues there: its steps find, search, correct, reply, delete and come back with ${tool}${tag}`, async function () {
      if (tool === "grpcurl") needsTool(this, "grpcurl", ["--version"], GRPCURL);
      const more = await readSteps("docs/grpcurl.md");
      expect(more).to.have.lengthOf(10);
      await type(tool, { hasAccount: false, more });
      const { messageId } = await budi.next("edited", ({ text }) => text === "Hello from a terminal.");
      expect(await budi.next("message", ({ replyTo }) => replyTo === messageId)).to.include({ sender: "ada" });
      expect(await budi.next("deleted", (deleted) => deleted.messageId === messageId)).to.include({ by: "ada" });
      await budi.next("message", ({ text }) => text === "You were away.");
    });
  }

  it("the example prints what the README says if buf and grpcurl take turns with one account @long", async function () {
    needsTool(this, "grpcurl", ["--version"], GRPCURL);
    await type("buf", { hasAccount: false });
    await type("grpcurl", { hasAccount: true });
    await type("buf", { hasAccount: true });
  });
});

/** Runs a script as a user types it in a clone. Resolves with its output. */
async function bash(script: string): Promise<{ stdout: string; stderr: string }> {
  const child = spawn("bash", ["-c", script], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  await once(child, "close");
  return { stdout, stderr };
}
