import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { within } from "../support/deadline.ts";
import { useFolder } from "../support/folder.ts";
import { type Person, useServer } from "../support/server.ts";
import { PROGRAM, plainEnvironment } from "../support/terminal.ts";

/** The standard streams of the program: lines to read, or names of files. The default is a pipe. */
interface Streams {
  readonly lines?: readonly string[];
  readonly stdin?: string;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** Runs the program with these standard streams. */
async function runOn(args: readonly string[], { lines, stdin, stdout, stderr }: Streams) {
  const files = [
    stdin === undefined ? undefined : openSync(stdin, "r"),
    stdout === undefined ? undefined : openSync(stdout, "w"),
    stderr === undefined ? undefined : openSync(stderr, "w"),
  ];
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: plainEnvironment(),
    stdio: files.map((file) => file ?? "pipe") as ("pipe" | number)[],
  });
  for (const file of files) if (file !== undefined) closeSync(file);
  let out = "";
  let err = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  child.stdin?.end((lines ?? []).map((line) => `${line}\n`).join(""));
  const [code] = await within(once(child, "close"), () => `the program to end; its output: ${out}${err}`);
  return { code, out, err };
}

describe("A script whose output cannot be written", function () {
  if (process.platform !== "linux") this.pending = true; // Only Linux has /dev/full.
  const server = useServer();
  let ani: Person;
  let at: string[];
  let lines: string[];

  beforeEach(async () => {
    ani = await server.person("ani");
    at = ["--server", `127.0.0.1:${server.port}`, "--recent", "0"];
    lines = [`login ${ani.username} ${ani.password}`, "sendall A", "list", "sendall B"];
  });

  /** The texts of all messages that ani has sent. */
  async function sent(): Promise<string[]> {
    const chat = await server.enter(ani, { recent: 100 });
    return chat
      .received("message")
      .filter(({ sender }) => sender === ani.username)
      .map(({ text }) => text);
  }

  for (const flags of [[], ["--json"]]) {
    const how = flags.length === 0 ? "" : " with --json";

    it(`if standard output is full, a script${how} is carried out, ends with 4 and says why once`, async () => {
      const { code, err } = await runOn([...at, ...flags], { lines, stdout: "/dev/full" });
      expect(await sent()).to.deep.equal(["A", "B"]);
      expect(code).to.equal(4);
      expect(err.match(/obrolan: standard output cannot be written \(ENOSPC: .*\)/g)).to.have.length(1);
    });

    it(`if the reader of its output closes after the first line, a script${how} is carried out`, async () => {
      const child = spawn("sh", ["-c", '"$@" | head -n 1', "sh", process.execPath, PROGRAM, ...at, ...flags], {
        env: plainEnvironment(),
      });
      child.stdin.end(`${[...lines, "sendall C", "sendall D"].join("\n")}`);
      await within(once(child, "close"), () => "the pipeline to end");
      expect(await sent()).to.deep.equal(["A", "B", "C", "D"]);
    });
  }

  it("if standard error is full, a script is carried out and ends with 4", async () => {
    const { code } = await runOn(at, { lines, stderr: "/dev/full" });
    expect(await sent()).to.deep.equal(["A", "B"]);
    expect(code).to.equal(4);
  });

  it("the exit code of a refused command wins over the one of the output", async () => {
    const { code } = await runOn(at, { lines: [...lines, "sendto nobody-at-all x"], stdout: "/dev/full" });
    expect(code).to.equal(1);
  });

  const others = [["--help"], ["--version"], ["serve", "--help"], ["health"]];
  for (const args of others) {
    it(`obrolan ${args.join(" ")} ends with 4 and says why if its output cannot be written`, async () => {
      const where = args[0] === "health" ? at.slice(0, 2) : [];
      const { code, err } = await runOn([...args, ...where], { stdout: "/dev/full" });
      expect({ code, lines: err.split("\n").length }).to.deep.equal({ code: 4, lines: 2 });
      expect(err).to.match(/^obrolan: standard output cannot be written/);
    });
  }
});

describe("A script that cannot be read", () => {
  const folder = useFolder();
  const server = useServer();

  it("a directory as standard input ends with 4 and is named", async () => {
    const { code, err } = await runOn(["--server", `127.0.0.1:${server.port}`], { stdin: folder.path });
    expect({ code, err }).to.deep.equal({ code: 4, err: "Standard input cannot be read: it is a directory.\n" });
  });

  it("a failed read of standard input ends with 4 and says why", async function () {
    // Only Linux has a file that can be opened and not read.
    if (process.platform !== "linux") this.skip();
    const { code, err } = await runOn(["--server", `127.0.0.1:${server.port}`], { stdin: "/proc/self/mem" });
    expect(code).to.equal(4);
    expect(err).to.match(/^Standard input cannot be read: EIO: [^\n]*\.\n$/);
  });

  it("a script that ends before its password ends with 2 and says so", async () => {
    const script = path.join(folder.path, "script");
    writeFileSync(script, "login ani");
    const { code, err } = await runOn(["--server", `127.0.0.1:${server.port}`], { stdin: script });
    expect(code).to.equal(2);
    expect(err).to.match(/^No password came\. Begin with: /);
  });
});

describe("A backup whose report cannot be written", function () {
  if (process.platform !== "linux") this.pending = true;
  const server = useServer();

  it("the backup is made, and the program ends with 4", async () => {
    const file = path.join(server.folder, "backup");
    const { code, err } = await runOn(["backup", file, "--data", server.folder], { stdout: "/dev/full" });
    expect(code).to.equal(4);
    expect(err).to.match(/^obrolan: standard output cannot be written/);
    closeSync(openSync(file, "r"));
  });
});
