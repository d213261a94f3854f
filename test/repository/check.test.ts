import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { expect } from "chai";
import { Copy } from "./copy.ts";

/** Imports that the house's directions forbid, by the file that they are planted in. */
const forbidden = {
  "src/server/room/planted.ts": [
    "../engines/memory/index.ts",
    "./ports/../../engines/memory/index.ts",
    "../rpc/auth.ts",
    "../../gen/obrolan/v1/chat.ts",
    "node:fs",
    "nice-grpc",
  ],
  "src/server/room/ports/planted.ts": ["../../engines/memory/index.ts", "./../../rpc/auth.ts", "node:fs", "pino"],
  "src/server/engines/memory/planted.ts": ["../sqlite/index.ts", "../../rpc/auth.ts", "../../server.ts"],
  "src/server/engines/memory/inner/planted.ts": ["../../sqlite/index.ts", "../../../rpc/auth.ts"],
  "src/server/rpc/planted.ts": ["../engines/memory/index.ts", "../../client/index.ts"],
  "src/server/metrics/planted.ts": ["../engines/memory/index.ts", "../rpc/auth.ts", "../../client/index.ts"],
  "src/client/planted.ts": ["../server/room/message.ts", "../cli/main.ts"],
  "src/client/inner/planted.ts": ["../../server/room/message.ts", "./../../cli/main.ts"],
  "src/cli/planted.ts": ["../server/server.ts"],
  "src/cli/commands/planted.ts": ["../../server/main.ts"],
};

/** Imports that they allow, from the same places. */
const allowed = {
  "src/server/room/planted.ts": ["./message.ts", "./ports/engines.ts"],
  "src/server/room/ports/planted.ts": ["../message.ts", "./log.ts"],
  "src/server/engines/memory/planted.ts": ["../../room/ports/engines.ts", "./index.ts", "node:fs", "pino"],
  "src/server/engines/memory/inner/planted.ts": ["../../../room/message.ts", "../index.ts", "node:fs", "pino"],
  "src/server/rpc/planted.ts": ["../room/message.ts", "../../gen/obrolan/v1/chat.ts", "nice-grpc"],
  "src/server/metrics/planted.ts": ["../room/tallies.ts", "../../config/index.ts", "prom-client"],
  "src/client/planted.ts": ["../gen/obrolan/v1/chat.ts", "nice-grpc"],
  "src/client/inner/planted.ts": ["../../gen/obrolan/v1/chat.ts", "../index.ts", "nice-grpc"],
  "src/cli/planted.ts": ["../client/index.ts", "commander"],
};

describe("npm run check", function () {
  // Each test runs a compiler, a linter and a generator, on what may be a busy machine.
  this.timeout(120_000);
  let copy: Copy;
  beforeEach(async () => {
    copy = await Copy.make();
  });
  afterEach(() => copy.remove());

  async function plant(imports: Record<string, string[]>): Promise<void> {
    for (const [file, specifiers] of Object.entries(imports)) {
      await mkdir(dirname(copy.path(file)), { recursive: true });
      // In the order that the linter wants, so that it has nothing else to say of this file.
      await writeFile(copy.path(file), specifiers.map((specifier) => `import "${specifier}";\n`).join("\n"));
    }
  }

  /** Runs all checks, or those of a name; resolves with the names of those that failed, and all that was printed. */
  async function check(...only: string[]): Promise<{ failed: string[]; output: string; code: number }> {
    const { code, output } = await copy.run("npm", "run", "check", ...only);
    const failed = [...output.matchAll(/^FAILED +(.+?) \(/gm)].map((match) => match[1] ?? "");
    return { failed, output, code };
  }

  it("finds nothing to say about the tree as it is, nor about imports that go the right way", async () => {
    await plant(allowed);
    const { failed, output, code } = await check();
    expect(failed, output).to.deep.equal([]);
    expect(code).to.equal(0);
  });

  it("fails for every import against the directions of the house, and names its file and line", async () => {
    await plant(forbidden);
    const { failed, output, code } = await check();
    expect(code).to.equal(1);
    expect(failed, output).to.deep.equal(["lint, format and imports"]);
    const found = [...output.matchAll(/^ *(\S+:\d+):\d+ lint\/style\/noRestrictedImports/gm)].map((match) => match[1]);
    const planted = Object.entries(forbidden).flatMap(([file, specifiers]) =>
      specifiers.map((_, index) => `${file}:${2 * index + 1}`),
    );
    expect(found).to.have.members(planted);
  });

  it("fails when generated code is stale, missing or left over, and says what to run", async () => {
    await appendFile(copy.path("src/gen/obrolan/v1/chat.ts"), "// by hand\n");
    await writeFile(copy.path("src/gen/obrolan/v1/old.ts"), "export {};\n");
    await appendFile(copy.path("docs/protocol.md"), "By hand.\n");
    const { output, code } = await check();
    expect(code).to.equal(1);
    expect(output).to.match(/^FAILED +generated files in step.*: run npm run generate$/m);
    expect(output).to.include("src/gen/obrolan/v1/chat.ts is stale");
    expect(output).to.include("src/gen/obrolan/v1/old.ts is left over");
    expect(output).to.include("docs/protocol.md is stale");
  });

  it("fails when buf lint complains, and goes on with the other checks", async () => {
    await appendFile(copy.path("proto/obrolan/v1/chat.proto"), "\nmessage shouting {}\n");
    const { failed, output, code } = await check();
    expect(code).to.equal(1);
    expect(failed).to.include.members(["contract lint", "generated files in step"]);
    expect(output).to.match(/proto\/obrolan\/v1\/chat\.proto:\d+:\d+:.*PascalCase/);
    expect(output).to.match(/^ok +types/m);
  });

  it("fails when a link, an anchor, a page named by code or a test named by a page does not exist", async () => {
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
    await appendFile(copy.path("src/server/process/heap.ts"), `// ${["docs", "gone.md"].join("/")}\n`);
    const { output, code } = await check("links");
    expect(code).to.equal(1);
    expect([...output.matchAll(/^ +(\S+:\d+: .*)$/gm)].map((match) => match[1])).to.have.members([
      "SECURITY.md:1: ./gone.md does not exist",
      "SECURITY.md:2: README.md#gone has no heading for #gone",
      'SECURITY.md:3: test/repository/copy.ts has no test "gone"',
      `src/server/process/heap.ts:12: ${["docs", "gone.md"].join("/")} does not exist`,
    ]);
  });

  it("fails when the contract breaks the clients of the last release", async () => {
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
