import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { NODE } from "../../support/runtime.ts";
import { PROGRAM, plainEnvironment } from "../../support/terminal.ts";

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
});
