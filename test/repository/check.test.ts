import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { expect } from "chai";
import { directions } from "../../scripts/checks/directions.ts";
import { Copy } from "./copy.ts";

const MESSAGE = "src/server/log/entry.ts";
const MEMORY = "src/server/engines/memory/index.ts";
const GEN = "src/gen/obrolan/v1/chat.ts";
const AUTH = "src/server/rpc/auth.ts";
const TEST = "test/e2e/planted.ts";

/**
 * Imports that the table in `scripts/checks/directions.ts` forbids, at least one for each row: the importing file, and
 * what it imports. In a file that exists already, the imports are appended.
 */
const forbidden: Record<string, string[]> = {
  "src/config/planted.ts": ["src/server/common/limits.ts", "src/client/index.ts", "src/cli/main.ts"],
  "src/shared/planted.ts": [MESSAGE, "src/client/index.ts", "pino"],
  "src/client/planted.ts": [MESSAGE, "src/cli/main.ts", "src/config/index.ts"],
  "src/client/inner/planted.ts": [MESSAGE],
  "src/cli/planted.ts": ["src/server/server.ts", GEN],
  "src/cli/config.ts": ["src/cli/room/visit.ts"],
  "src/cli/exit.ts": ["src/cli/session/openSession.ts"],
  "src/cli/exitCode.ts": ["src/cli/terminal/item.ts"],
  "src/cli/openClient.ts": ["src/cli/room/visit.ts", "src/cli/openTerminal.ts"],
  "src/cli/optionsToFlags.ts": ["src/cli/commandLine/entry.ts"],
  "src/cli/programName.ts": ["src/cli/commands/help.ts"],
  "src/cli/roomWords.ts": ["src/cli/room/commands.ts"],
  "src/cli/signInLine.ts": ["src/cli/room/commands.ts", "src/cli/terminal/item.ts"],
  "src/cli/catalogue/planted.ts": ["src/cli/text/wrap.ts", "src/client/index.ts", "node:fs"],
  "src/cli/text/planted.ts": [
    "src/cli/catalogue/index.ts",
    "src/cli/editor/editor.ts",
    "src/cli/terminal/item.ts",
    "src/shared/address.ts",
    "node:fs",
  ],
  "src/cli/editor/planted.ts": [
    "src/cli/terminal/item.ts",
    "src/cli/screen/screen.ts",
    "src/client/index.ts",
    "node:fs",
  ],
  "src/cli/terminal/planted.ts": [
    "src/cli/screen/screen.ts",
    "src/cli/room/commands.ts",
    "src/cli/session/openSession.ts",
    "src/cli/editor/editor.ts",
    "src/cli/openTerminal.ts",
    "src/cli/exit.ts",
  ],
  "src/cli/terminal/pretty/planted.ts": ["src/cli/screen/screen.ts"],
  "src/cli/screen/planted.ts": [
    "src/cli/room/commands.ts",
    "src/cli/session/openSession.ts",
    "src/cli/commands/chat.ts",
    "src/cli/exit.ts",
    "src/client/index.ts",
  ],
  "src/cli/session/planted.ts": ["src/cli/room/commands.ts", "src/cli/screen/screen.ts", "src/cli/terminal/pretty.ts"],
  "src/cli/room/planted.ts": [
    "src/cli/screen/screen.ts",
    "src/cli/openTerminal.ts",
    "src/cli/commandLine/entry.ts",
    "src/cli/commands/chat.ts",
  ],
  "src/cli/room/person/planted.ts": ["src/cli/screen/screen.ts"],
  "src/cli/commandLine/planted.ts": [
    "src/cli/commands/table.ts",
    "src/cli/room/commands.ts",
    "src/client/index.ts",
    "commander",
  ],
  "src/cli/demo/planted.ts": ["src/cli/commands/demo.ts", "src/cli/main.ts", "src/client/index.ts"],
  "src/cli/demo/serverProcess.ts": ["src/cli/program.ts"],
  "src/cli/commands/planted.ts": ["src/server/main.ts", "src/cli/program.ts", "src/cli/screen/screen.ts"],
  "src/cli/commands/serve.ts": [GEN],
  "src/cli/commands/backup.ts": [GEN],
  "src/cli/commands/restore.ts": [GEN],
  "src/cli/commands/correctTimes.ts": [GEN],
  "src/server/planted.ts": ["src/client/index.ts", "src/cli/main.ts"],
  "src/server/common/planted.ts": [MESSAGE, GEN, "node:fs", "pino"],
  "src/server/accounts/planted.ts": [MESSAGE, MEMORY, AUTH, "node:crypto"],
  "src/server/log/planted.ts": ["src/server/accounts/signIn.ts", MEMORY, AUTH, GEN, "nice-grpc"],
  "src/server/log/ports/planted.ts": [MEMORY, AUTH, "node:fs", "pino"],
  "src/server/search/planted.ts": ["src/server/accounts/signIn.ts", MEMORY, AUTH, GEN, "node:fs"],
  "src/server/presence/planted.ts": [MESSAGE, "src/server/chat/stream.ts", "node:fs"],
  "src/server/chat/planted.ts": ["src/server/node/node.ts", MEMORY, AUTH, GEN, "@bufbuild/protobuf"],
  "src/server/node/planted.ts": [MEMORY, AUTH, "src/server/metrics/index.ts", "node:fs"],
  "src/server/engines/memory/planted.ts": ["src/server/engines/sqlite/index.ts", AUTH, "src/server/server.ts"],
  "src/server/engines/memory/inner/planted.ts": ["src/server/engines/sqlite/index.ts"],
  "src/server/engines/sqlite/planted.ts": [MEMORY, "src/server/log/committer.ts"],
  "src/server/engines/postgres/planted.ts": ["src/server/engines/sqlite/index.ts", "src/server/chat/stream.ts"],
  "src/server/engines/nats/planted.ts": ["src/server/engines/postgres/index.ts", "src/server/node/node.ts"],
  "src/server/engines/secrets/planted.ts": [MEMORY, "src/server/accounts/signIn.ts"],
  "src/server/engines/shared/planted.ts": [MEMORY, AUTH],
  "src/server/engines/planted.ts": ["src/client/index.ts", GEN],
  "src/server/rpc/planted.ts": [MEMORY, "src/client/index.ts", "src/server/metrics/index.ts"],
  "src/server/rpc/chat/planted.ts": [MEMORY, "src/server/net/backlog.ts"],
  "src/server/net/planted.ts": [MESSAGE, AUTH, "src/server/config.ts", "pino"],
  "src/server/process/planted.ts": [MESSAGE, "src/server/net/backlog.ts", "pino"],
  "src/server/metrics/planted.ts": [MEMORY, AUTH, "src/client/index.ts"],
  "scripts/planted.ts": [TEST, "bench/main.ts"],
  "bench/planted.ts": [MESSAGE, TEST],
  "bench/machine/planted.ts": ["bench/scenarios/planted.ts", MESSAGE],
  "bench/chart/planted.ts": ["bench/model/planted.ts"],
  "bench/wires/planted.ts": [MESSAGE, "bench/model/planted.ts"],
  "bench/model/planted.ts": ["bench/load/planted.ts"],
  "bench/peers/planted.ts": ["bench/model/planted.ts"],
  "bench/targets/planted.ts": ["bench/load/planted.ts", MESSAGE],
  "bench/load/planted.ts": ["bench/scenarios/planted.ts", "src/client/index.ts"],
  "bench/scenarios/planted.ts": ["bench/run/planted.ts"],
  "bench/run/planted.ts": ["bench/docs/planted.ts", MESSAGE],
  "bench/docs/planted.ts": ["bench/load/planted.ts", MESSAGE],
  "bench/test/planted.ts": [MESSAGE, "test/support/random.ts"],
  "test/support/planted.ts": [TEST, "test/contract/log.ts"],
  "test/contract/planted.ts": [TEST],
  "test/rig/planted.ts": ["test/faults/planted.ts", "test/soak/planted.ts"],
  "test/faults/planted.ts": ["test/cluster/planted.ts"],
  "test/cluster/planted.ts": ["test/faults/planted.ts"],
  "test/soak/planted.ts": ["test/faults/planted.ts"],
  "test/e2e/planted.ts": ["test/chat/planted.ts", "test/rig/planted.ts", "bench/main.ts"],
  "examples/planted.ts": [MESSAGE, GEN],
};

/** Imports that the table allows, from the same folders. */
const allowed: Record<string, string[]> = {
  "src/config/planted.ts": ["commander", "node:fs"],
  "src/client/planted.ts": [GEN, "nice-grpc"],
  "src/client/inner/planted.ts": [GEN, "src/client/index.ts"],
  "src/cli/planted.ts": ["src/client/index.ts", "src/config/index.ts", "commander"],
  "src/cli/text/planted.ts": ["get-east-asian-width"],
  "src/cli/editor/planted.ts": ["src/cli/text/wrap.ts", "src/cli/catalogue/index.ts"],
  "src/cli/terminal/planted.ts": ["src/cli/editor/view.ts", "src/cli/text/wrap.ts", "src/client/index.ts", "node:fs"],
  "src/cli/screen/planted.ts": ["src/cli/terminal/item.ts", "src/cli/editor/editor.ts", "node:fs"],
  "src/cli/session/planted.ts": ["src/cli/terminal/output.ts", "src/client/index.ts"],
  "src/cli/room/person/planted.ts": ["src/cli/session/openSession.ts", "src/cli/terminal/item.ts"],
  "src/cli/commands/serve.ts": ["src/server/main.ts"],
  "src/server/log/planted.ts": [MESSAGE, "src/server/common/limits.ts"],
  "src/server/log/ports/planted.ts": [MESSAGE],
  "src/server/search/planted.ts": [MESSAGE, "src/server/common/limits.ts"],
  "src/server/chat/planted.ts": [
    MESSAGE,
    "src/server/accounts/signIn.ts",
    "src/server/search/query.ts",
    "src/server/presence/onlineList.ts",
  ],
  "src/server/engines/memory/planted.ts": ["src/server/log/ports/logStore.ts", MESSAGE, "node:fs", "pino"],
  "src/server/engines/memory/inner/planted.ts": ["src/server/engines/shared/planted.ts", MEMORY],
  "src/server/rpc/planted.ts": [MESSAGE, GEN, "src/server/node/node.ts", "nice-grpc"],
  "src/server/net/planted.ts": ["src/server/common/limits.ts", "src/shared/address.ts", "node:net"],
  "src/server/metrics/planted.ts": ["src/server/chat/counters.ts", "src/shared/address.ts"],
  "bench/load/planted.ts": ["bench/wires/planted.ts", "src/server/server.ts"],
  "test/e2e/planted.ts": ["test/support/random.ts", "src/server/server.ts", "scripts/run.ts"],
};

describe("npm run check", function () {
  // Some tests run a compiler, a linter and a generator, on a machine that may be busy.
  this.timeout(120_000);
  let copy: Copy;
  beforeEach(async () => {
    copy = await Copy.make();
  });
  afterEach(() => copy.remove());

  /** Adds to each file an import of each of its targets. Returns every import as `FILE:LINE TARGET`. */
  async function plant(imports: Record<string, string[]>): Promise<string[]> {
    const planted = Object.entries(imports).map(async ([file, targets]) => {
      const before = await readFile(copy.path(file), "utf8").catch(() => "");
      const lines = targets.map((target) => `import "${specifierOf(file, target)}";\n`);
      await mkdir(dirname(copy.path(file)), { recursive: true });
      await writeFile(copy.path(file), before + lines.join(""));
      const first = before.split("\n").length;
      return targets.map((target, index) => `${file}:${first + index} ${target}`);
    });
    return (await Promise.all(planted)).flat();
  }

  /** Runs all checks, or those whose name has a given word. Resolves with the names of the failed ones. */
  async function check(...only: string[]): Promise<{ failed: string[]; output: string; code: number }> {
    const { code, output } = await copy.run("npm", "run", "check", ...only);
    const failed = [...output.matchAll(/^FAILED +(.+?) \(/gm)].map((match) => match[1] ?? "");
    return { failed, output, code };
  }

  it("the check passes for the repository as it is @long", async () => {
    await copy.run("git", "init", "--quiet");
    const { failed, output, code } = await check();
    expect(failed, output).to.deep.equal([]);
    expect(code).to.equal(0);
  });

  it("the check of directions passes for imports that the table allows", async () => {
    await copy.run("git", "init", "--quiet");
    await plant(allowed);
    expect((await check("directions")).output).to.match(/^ok +directions of imports/m);
  });

  it("the check of directions names each forbidden import by file and line", async () => {
    await copy.run("git", "init", "--quiet");
    const planted = await plant(forbidden);
    const { output, code } = await check("directions");
    expect(code).to.equal(1);
    const found = [...output.matchAll(/^ *(\S+:\d+) imports (?:the package )?(\S+?);/gm)];
    const named = found.map(([, where, target]) => `${where} ${target === "node:" ? "node:fs" : target}`);
    expect(named).to.have.members(planted.map((one) => one.replace(/ node:.*/, " node:fs")));
  });

  it("the forbidden imports of this test cover every row of the table of directions", () => {
    const files = Object.keys(forbidden);
    const rows = directions.map(({ path }) => path);
    const missing = rows.filter((path) => !files.some((file) => file === path || file.startsWith(`${path}/`)));
    expect(missing).to.deep.equal([]);
  });

  it("the check of directions names the files of a cycle", async () => {
    await copy.run("git", "init", "--quiet");
    const [one, other] = ["src/server/log/plantedOne.ts", "src/server/log/plantedOther.ts"];
    await plant({ [one]: [other], [other]: [one] });
    const { output, code } = await check("directions");
    expect(code).to.equal(1);
    expect(output).to.include(`a cycle: ${one} -> ${other} -> ${one}`);
  });

  it("the check of words names each retired word by file and line", async () => {
    await copy.run("git", "init", "--quiet");
    // In parts, so that the check does not find the words in this file.
    const words = ["stret" + "ch", "newStret" + "ch", "Tal" + "lies", "some" + "body"];
    await writeFile(copy.path("src/planted.ts"), `${words.map((word) => `// ${word}`).join("\n")}\n// totally\n`);
    const { output, code } = await check("words");
    expect(code).to.equal(1);
    const lines = [...output.matchAll(/^ *src\/planted\.ts:(\d+): /gm)].map((match) => match[1]);
    expect(lines).to.deep.equal(["1", "2", "3", "4"]);
  });

  it("the check fails if generated code is stale or left over, and says what to run", async () => {
    await appendFile(copy.path("src/gen/obrolan/v1/chat.ts"), "// by hand\n");
    await writeFile(copy.path("src/gen/obrolan/v1/old.ts"), "export {};\n");
    await appendFile(copy.path("docs/protocol.md"), "By hand.\n");
    const { output, code } = await check("generated");
    expect(code).to.equal(1);
    expect(output).to.match(/^FAILED +generated files in step.*: run npm run generate$/m);
    expect(output).to.include("src/gen/obrolan/v1/chat.ts is stale");
    expect(output).to.include("src/gen/obrolan/v1/old.ts is left over");
    expect(output).to.include("docs/protocol.md is stale");
  });

  it("the check fails if buf lint complains, and names the line", async () => {
    await appendFile(copy.path("proto/obrolan/v1/chat.proto"), "\nmessage shouting {}\n");
    const { failed, output, code } = await check("contract");
    expect(code).to.equal(1);
    expect(failed).to.deep.equal(["contract lint"]);
    expect(output).to.match(/proto\/obrolan\/v1\/chat\.proto:\d+:\d+:.*PascalCase/);
    expect(output).to.match(/^ok +contract format/m);
  });

  it("the check goes on after a check that failed @long", async () => {
    await appendFile(copy.path("proto/obrolan/v1/chat.proto"), "\nmessage shouting {}\n");
    const { failed, output, code } = await check();
    expect(code).to.equal(1);
    expect(failed).to.include.members(["contract lint", "generated files in step"]);
    expect(output).to.match(/proto\/obrolan\/v1\/chat\.proto:\d+:\d+:.*PascalCase/);
    expect(output).to.match(/^ok +types/m);
  });

  it("the check fails if a link, an anchor, a page named by code or a test named by a page is missing", async () => {
    const git = (...args: string[]) => copy.run("git", ...args);
    await git("init", "--quiet");
    await git("add", ".");
    expect((await check("links")).output).to.match(/^ok +links in the docs/m);

    const page = [
      "[gone](./gone.md)",
      "[gone](README.md#gone)",
      '`test/repository/copy.ts` "gone"',
      "`[code](gone.md)`",
    ];
    await writeFile(copy.path("SECURITY.md"), page.join("\n"));
    // In parts, so that the check does not find it in this file.
    await appendFile(copy.path("src/shared/heap.ts"), `// ${["docs", "gone.md"].join("/")}\n`);
    const { output, code } = await check("links");
    expect(code).to.equal(1);
    expect([...output.matchAll(/^ +(\S+:\d+: .*)$/gm)].map((match) => match[1])).to.have.members([
      "SECURITY.md:1: ./gone.md does not exist",
      "SECURITY.md:2: README.md#gone has no heading for #gone",
      'SECURITY.md:3: test/repository/copy.ts has no test "gone"',
      `src/shared/heap.ts:12: ${["docs", "gone.md"].join("/")} does not exist`,
    ]);
  });

  it("the check fails if the contract breaks the clients of the last release", async () => {
    const git = (...args: string[]) =>
      copy.run("git", "-c", "user.name=Test", "-c", "user.email=test@localhost", ...args);
    await git("init", "--quiet");
    await git("add", "proto", "buf.yaml");
    await git("commit", "--quiet", "--message", "A release");
    await git("tag", "v0.1.0");
    expect((await check("compatible")).output).to.match(/^ok +contract compatible/m);

    const contract = await readFile(copy.path("proto/obrolan/v1/chat.proto"), "utf8");
    await writeFile(
      copy.path("proto/obrolan/v1/chat.proto"),
      contract.replace("string sender = 2;", "string sender = 9;"),
    );
    const { output, code } = await check("compatible");
    expect(code).to.equal(1);
    expect(output).to.match(/^FAILED +contract compatible.*v0\.1\.0/m);
    expect(output).to.include('field "2"');
  });
});

/** The specifier with which a file imports a target: the name of a package, or the path from the file's folder. */
function specifierOf(file: string, target: string): string {
  if (!target.includes("/") || target.startsWith("@")) return target;
  const path = relative(dirname(file), target);
  return path.startsWith(".") ? path : `./${path}`;
}
