import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { NODE } from "../../support/runtime.ts";
import { PROGRAM, plainEnvironment, Terminal } from "../../support/terminal.ts";

/** Prints the address of each module that is loaded, on standard error. */
const HOOK = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from "node:module";
registerHooks({
  load(url, context, nextLoad) {
    process.stderr.write("loads " + url + "\\n");
    return nextLoad(url, context);
  },
});
`)}`;

/** Ends the process with code 7 when the client library is loaded. */
const END_AT_CLIENT = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from "node:module";
registerHooks({
  load(url, context, nextLoad) {
    if (url.endsWith("/src/client/index.ts")) process.exit(7);
    return nextLoad(url, context);
  },
});
`)}`;

/** The modules that the program loads, as paths in the repository. */
function modulesOf(...args: string[]): string[] {
  const { status, stderr } = spawnSync(NODE, ["--import", HOOK, PROGRAM, ...args], {
    encoding: "utf8",
    env: plainEnvironment(),
    input: "",
  });
  expect(status, stderr).to.equal(0);
  return [...stderr.matchAll(/^loads (?!node:)\S*?\/((?:src|node_modules)\/\S+)$/gm)].map(([, file]) => file as string);
}

describe("The start of the program", () => {
  for (const args of [["--help"], ["--version"], ["serve", "--help"], ["send", "-h"], ["completion", "bash"]]) {
    it(`"obrolan ${args.join(" ")}" loads neither gRPC nor the client library nor the server`, () => {
      const modules = modulesOf(...args);
      expect(modules).to.include("src/cli/main.ts");
      const server = /^src\/server\/(?!config\.ts$|common\/limits\.ts$)/;
      const heavy = modules.filter((file) => server.test(file) || /^src\/(client|gen)\/|grpc|protobuf|pino/.test(file));
      expect(heavy).to.deep.equal([]);
    });
  }

  it("a person sees the first screen before the client library is loaded", async () => {
    const terminal = new Terminal(["--server", "127.0.0.1:1"], { env: { NODE_OPTIONS: `--import ${END_AT_CLIENT}` } });
    try {
      expect(await terminal.exit()).to.equal(7);
      expect(terminal.text).to.contain("login NAME [PASSWORD]");
    } finally {
      await terminal.close();
    }
  });
});
