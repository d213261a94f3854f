import { expect } from "chai";
import { ServerProcess } from "./process.ts";
import { Proxy as NetworkProxy } from "./proxy.ts";
import { Terminal } from "./terminal.ts";

/** What happens to the server in a round: a drain, or a kill. */
const SIGNALS = ["SIGTERM", "SIGKILL"] as const;

/**
 * Two users in real terminals send private messages to each other while the server restarts `rounds` times. Each sends
 * while the server is stopped. None of the messages may be refused. Resolves with the texts of the two terminals.
 */
export async function talkThroughRestarts(rounds: number, folder: string, args: readonly string[]): Promise<string[]> {
  let { server, port } = await ServerProcess.serve(folder, args);
  const proxy = await NetworkProxy.start(port);
  const terminals: Terminal[] = [];
  try {
    const [ani, budi] = [await enter(proxy.address, "ani"), await enter(proxy.address, "budi")];
    terminals.push(ani, budi);
    await ani.shows(/budi/);
    for (let round = 1; round <= rounds; round += 1) {
      await server.kill(SIGNALS[round % SIGNALS.length] as NodeJS.Signals);
      proxy.forbid();
      ani.enter(`sendto budi ping ${round}.`);
      budi.enter(`sendto ani pong ${round}.`);
      ({ server, port } = await ServerProcess.serve(folder, args));
      proxy.pointTo(port);
      proxy.allow();
      // A text that the other terminal shows was accepted.
      await Promise.all([budi.shows(`ping ${round}.`), ani.shows(`pong ${round}.`)]);
      for (const { text } of terminals) expect(text).to.not.match(/is not online|refused/);
    }
    return terminals.map(({ text }) => text);
  } finally {
    await Promise.all(terminals.map((terminal) => terminal.close()));
    await proxy.close();
  }
}

async function enter(address: string, name: string): Promise<Terminal> {
  const terminal = new Terminal(["--server", address], { rows: 40 });
  await terminal.shows("regist NAME [PASSWORD]");
  terminal.enter(`regist ${name} correct-horse`);
  await terminal.shows(/\d+ here:/);
  return terminal;
}
