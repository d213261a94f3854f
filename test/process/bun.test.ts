import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { ConfigError } from "../../src/config/index.ts";
import { type BunPlace, checkBunVersion, findBun } from "../../src/server/process/bun.ts";
import { within } from "../support/deadline.ts";
import { useFolder } from "../support/folder.ts";

const ON_NODE = "Without --runtime the server runs on Node.";
const MODULE = path.resolve(import.meta.dirname, "../../src/server/process/bun.ts");

describe("findBun", () => {
  const folder = useFolder();

  /** The sentence with which `findBun` fails. */
  function problem(place: BunPlace): string {
    try {
      return `found ${findBun(place)}`;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.message;
    }
  }

  /** A program in place of Bun. */
  async function fake(script: string): Promise<BunPlace> {
    const file = path.join(folder.path, "bun");
    await writeFile(file, script, { mode: 0o755 });
    return { platform: "linux", arch: "x64", resolve: () => file };
  }

  const wanted: [platform: string, arch: string, files: string[]][] = [
    ["linux", "x64", ["@oven/bun-linux-x64/bin/bun", "@oven/bun-linux-x64-musl/bin/bun"]],
    ["linux", "arm64", ["@oven/bun-linux-aarch64/bin/bun", "@oven/bun-linux-aarch64-musl/bin/bun"]],
    ["darwin", "arm64", ["@oven/bun-darwin-aarch64/bin/bun"]],
    ["win32", "x64", ["@oven/bun-windows-x64/bin/bun.exe"]],
  ];
  for (const [platform, arch, files] of wanted) {
    it(`findBun looks for the packages of ${platform} on ${arch}, and names the first if none is installed`, () => {
      const asked: string[] = [];
      const resolve = (file: string) => {
        asked.push(file);
        throw new Error("not installed");
      };
      const name = files[0]?.split("/bin")[0];
      expect(problem({ platform, arch, resolve })).to.equal(
        `--runtime bun: the optional package ${name} is not installed. Install Obrolan's packages again, without --omit=optional (in a clone: npm ci). ${ON_NODE}`,
      );
      expect(asked).to.deep.equal(files);
    });
  }

  it("findBun says that there is no Bun for another platform", () => {
    for (const [platform, arch] of [
      ["freebsd", "x64"],
      ["linux", "riscv64"],
    ] as const) {
      const sentence = `--runtime bun: Obrolan has no Bun for ${platform} on ${arch}. ${ON_NODE}`;
      expect(problem({ platform, arch })).to.equal(sentence);
    }
  });

  it("findBun refuses a Bun that cannot be run on this machine, and says how it ended", async () => {
    const killed = await fake("#!/bin/sh\nkill -ILL $$\n");
    expect(problem(killed)).to.equal(
      `--runtime bun: ${folder.path}/bun cannot be run on this machine (SIGILL ended it). ${ON_NODE}`,
    );
    expect(problem(await fake("#!/bin/sh\nexit 3\n"))).to.include("(it ended with 3)");
    expect(problem(await fake("#!/nowhere/at/all\n"))).to.include("ENOENT");
  });

  it("findBun refuses another version of Bun, and names both", async () => {
    expect(problem(await fake("#!/bin/sh\necho 0.0.1\n"))).to.match(
      /^--runtime bun: this is Bun 0\.0\.1, and this version of Obrolan is tested with Bun \d+\.\d+\.\d+ alone\./,
    );
    expect(() => checkBunVersion("0.0.1")).to.throw(ConfigError);
  });
});

describe("runAsChild", () => {
  const folder = useFolder();

  /** Starts a process that runs a shell script by `runAsChild`, and prints the exit code. */
  function start(script: string) {
    const code = `import { runAsChild } from ${JSON.stringify(MODULE)};
      console.log("code", await runAsChild("/bin/sh", ["-c", ${JSON.stringify(script)}]));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], { cwd: folder.path });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    return { child, closed: once(child, "close"), out: () => out };
  }

  it("runAsChild resolves with the exit code, or with 128 and the number of the signal", async () => {
    const ended = start("echo hello; exit 7");
    await within(ended.closed, "the end");
    expect(ended.out()).to.equal("hello\ncode 7\n");
    const killed = start("kill -9 $$");
    await within(killed.closed, "the end");
    expect(killed.out()).to.equal("code 137\n");
  });

  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR2"] as const) {
    it(`runAsChild forwards ${signal}, and lives until the child has ended`, async () => {
      const name = signal.slice("SIG".length);
      const { child, closed, out } = start(
        `trap 'echo trapped; exit 5' ${name}; echo ready; while :; do sleep 0.01; done`,
      );
      await within(once(child.stdout, "data"), "the child's trap");
      child.kill(signal);
      await within(closed, "the end");
      expect(out()).to.equal("ready\ntrapped\ncode 5\n");
    });
  }
});
