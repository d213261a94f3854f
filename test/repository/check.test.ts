import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { expect } from "chai";
import { Copy } from "./copy.ts";

/** Imports that scripts/checks/directions.ts forbids, by the file in which they are planted. */
const forbidden = {
  "src/server/log/planted.ts": [
    "../engines/memory/index.ts",
    "./ports/../../engines/memory/index.ts",
    "../rpc/auth.ts",
    "../../gen/obrolan/v1/chat.ts",
    "node:fs",
    "nice-grpc",
  ],
  "src/server/log/ports/planted.ts": ["../../engines/memory/index.ts", "./../../rpc/auth.ts", "node:fs", "pino"],
  "src/server/engines/memory/planted.ts": ["../sqlite/index.ts", "../../rpc/auth.ts", "../../server.ts"],
  "src/server/engines/memory/inner/planted.ts": ["../../sqlite/index.ts", "../../../rpc/auth.ts"],
  "src/server/rpc/planted.ts": ["../engines/memory/index.ts", "../../client/index.ts"],
  "src/server/metrics/planted.ts": ["../engines/memory/index.ts", "../rpc/auth.ts", "../../client/index.ts", "pino"],
  "src/client/planted.ts": ["../server/log/message.ts", "../cli/main.ts"],
  "src/client/inner/planted.ts": ["../../server/log/message.ts", "./../../cli/main.ts"],
  "src/shared/planted.ts": ["../server/log/message.ts", "../client/index.ts"],
  "src/cli/planted.ts": ["../server/server.ts"],
  "src/cli/commands/planted.ts": ["../../server/main.ts"],
};

/** Imports that it allows, from the same folders. */
const allowed = {
  "src/server/log/planted.ts": ["../common/refusal.ts", "./message.ts"],
  "src/server/log/ports/planted.ts": ["../message.ts", "./bus.ts"],
  "src/server/engines/memory/planted.ts": ["node:fs", "pino", "../../log/ports/bus.ts", "./index.ts"],
  "src/server/engines/memory/inner/planted.ts": ["node:fs", "pino", "../../../log/message.ts", "../index.ts"],
  "src/server/rpc/planted.ts": ["nice-grpc", "../../gen/obrolan/v1/chat.ts", "../log/message.ts"],
  "src/server/metrics/planted.ts": ["node:fs", "../../shared/address.ts", "../chat/counters.ts"],
  "src/client/planted.ts": ["nice-grpc", "../gen/obrolan/v1/chat.ts", "../shared/address.ts"],
  "src/client/inner/planted.ts": ["nice-grpc", "../../gen/obrolan/v1/chat.ts", "../index.ts"],
  "src/shared/planted.ts": ["node:fs", "./address.ts"],
  "src/cli/planted.ts": ["commander", "../client/index.ts"],
};

describe("npm run check", function () {
  // Each test runs a compiler, a linter and a generator, on a machine that may be busy.
  this.timeout(120_000);
  let copy: Copy;
  beforeEach(async () => {
    copy = await Copy.make();
  });
  afterEach(() => copy.remove());

  async function plant(imports: Record<string, string[]>): Promise<void> {
    // The check of imports asks git for the files.
    await copy.run("git", "init", "--quiet");
    for (const [file, specifiers] of Object.entries(imports)) {
      await mkdir(dirname(copy.path(file)), { recursive: true });
      // In the order that the linter wants, so that it reports nothing else about this file.
      await writeFile(copy.path(file), specifiers.map((specifier) => `import "${specifier}";\n`).join("\n"));
    }
  }

  /** Runs all checks, or those with a word in their names. Resolves with the names of the failed ones, and the output. */
  async function check(...only: string[]): Promise<{ failed: string[]; output: string; code: number }> {
    const { code, output } = await copy.run("npm", "run", "check", ...only);
    const failed = [...output.matchAll(/^FAILED +(.+?) \(/gm)].map((match) => match[1] ?? "");
    return { failed, output, code };
  }

  it("All checks pass on the repository, and on allowed imports.", async () => {
    await plant(allowed);
    const { failed, output, code } = await check();
    expect(failed, output).to.deep.equal([]);
    expect(code).to.equal(0);
  });

  it("The check of imports fails for every forbidden import, with its file and line.", async () => {
    await plant(forbidden);
    const { failed, output, code } = await check("imports");
    expect(code).to.equal(1);
    expect(failed, output).to.include("directions of imports, no cycles");
    const found = [...output.matchAll(/^ *(\S+:\d+) imports /gm)].map((match) => match[1]);
    const planted = Object.entries(forbidden).flatMap(([file, specifiers]) =>
      specifiers.map((_, index) => `${file}:${2 * index + 1}`),
    );
    expect(found).to.have.members(planted);
  });

  it("The check fails if generated code is stale or left over, and names the command to run.", async () => {
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

  it("The check runs all other checks after buf lint has failed.", async () => {
    await appendFile(copy.path("proto/obrolan/v1/chat.proto"), "\nmessage shouting {}\n");
    const { failed, output, code } = await check();
    expect(code).to.equal(1);
    expect(failed).to.include.members(["contract lint", "generated files in step"]);
    expect(output).to.match(/proto\/obrolan\/v1\/chat\.proto:\d+:\d+:.*PascalCase/);
    expect(output).to.match(/^ok +types/m);
  });

  it("The check fails if the target of a link, or a page or test that is named, does not exist.", async () => {
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

  it("The check fails if the contract breaks the clients of the last release.", async () => {
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
