import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect } from "chai";
import { join, sendAll } from "../support/commands.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { Connection } from "../support/wire.ts";
import { isShown, readSession } from "./readme.ts";

const root = path.resolve(import.meta.dirname, "../..");
/** Printed between two steps. */
const BETWEEN = "-- the next step --";

describe("the README", () => {
  const folder = useFolder();
  let connection: Connection | undefined;
  afterEach(async () => {
    connection?.close();
    connection = undefined;
    await endProcesses();
  });

  it("shows a session with buf curl that prints what it says, and that budi hears", async () => {
    const steps = await readSession("Without a client");
    expect(steps).to.have.lengthOf(3);
    const { server, port } = await ServerProcess.serve(folder.path);
    connection = await Connection.open({ port });
    const { token } = await connection.register("budi", "a good password");
    const budi = connection.chat(token);
    budi.send(join());
    await budi.accept(sendAll("Halo semua! Anybody here?"));

    const script = steps.map(({ commands }) => commands).join(`echo '${BETWEEN}'\n`);
    const printed = await bash(script.replaceAll("127.0.0.1:50051", `127.0.0.1:${port}`));
    const outputs = printed.split(`${BETWEEN}\n`);
    expect(outputs).to.have.lengthOf(steps.length);
    for (const [index, { commands, prints }] of steps.entries()) {
      const output = outputs[index] ?? "";
      expect(isShown(output, prints), `${commands}\nprinted:\n${output}\nand not:\n${prints}`).to.equal(true);
    }
    await budi.next("message", ({ sender }) => sender === "ada");
    connection.close();
    expect(await server.kill("SIGTERM")).to.include({ code: 0 });
  });
});

/** Runs a script as somebody would type it in a clone; resolves with what it printed. */
async function bash(script: string): Promise<string> {
  const child = spawn("bash", ["-e", "-o", "pipefail", "-c", script], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, "close");
  expect(code, stderr + stdout).to.equal(0);
  return stdout;
}
