// A process of its own, on Bun: one node of a test. It carries out the calls that it reads from standard input, a line
// each, and writes the results, and the log, to standard output.
import { createReadStream, openSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Engines } from "../../../src/server/node/engines.ts";
import type { ServerOptions } from "../../../src/server/server.ts";
import { embedded } from "../fixture.ts";
import { startNode, type TestNode } from "../node.ts";
import { fromLine, toLine } from "./values.ts";

const [folder = "", requests = "", responses = ""] = process.argv.slice(2);
const logger = Object.fromEntries(
  ["info", "warn", "error"].map((level) => [
    level,
    (facts: object, message: string) => process.stdout.write(toLine({ log: { level, facts, message } })),
  ]),
) as unknown as ServerOptions["logger"];
let node: TestNode | undefined;

function running(): TestNode {
  if (node === undefined) throw new Error("the node has not been started");
  return node;
}

const calls: Record<string, (...args: never[]) => unknown> = {
  async start(options: ServerOptions) {
    node = await startNode(embedded(folder), { ...options, ...(logger && { logger }) });
    return node.port;
  },
  engine(port: keyof Engines, method: string, args: unknown[]) {
    const engine = running().engines[port] as unknown as Record<string, (...args: unknown[]) => unknown>;
    return engine[method]?.(...args);
  },
  useCertificate: (tls: { cert: Buffer; key: Buffer }) => running().server.useCertificate(tls),
  drain: () => running().server.drain(),
  stop: () => running().stop(),
};

/** The test waits for these without its event loop: they have pipes of their own. */
const answers = openSync(responses, "r+");
createInterface({ input: createReadStream(requests, { flags: "r+" }) }).on("line", (method) => {
  const { server } = running();
  writeSync(answers, toLine(method === "stats" ? server.stats() : server.connections()));
});

createInterface({ input: process.stdin })
  .on("line", async (line) => {
    const { id, method, args } = fromLine(line) as { id: number; method: string; args: never[] };
    try {
      const result = await calls[method]?.(...args);
      process.stdout.write(toLine({ id, result }));
    } catch (error) {
      process.stdout.write(toLine({ id, error }));
    }
  })
  .on("close", () => process.exit(0));
