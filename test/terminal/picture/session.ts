import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect, type Outcome, type Room } from "../../../src/client/index.ts";
import { ServerProcess } from "../../support/process.ts";
import { Terminal } from "../../support/terminal.ts";

/** The size of the window in the picture. */
export const COLUMNS = 84;
export const ROWS = 24;

/**
 * Plays the session of the picture with a real server and the real program in a pseudo-terminal. Resolves with
 * everything that the program wrote to its terminal.
 */
export async function playSession(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "obrolan-picture-"));
  const { server, port } = await ServerProcess.serve(path.join(folder, "data"), []);
  const client = connect({ address: `127.0.0.1:${port}` });
  const { token } = await client.register("budi", "a password of budi");
  const terminal = new Terminal(["--server", `127.0.0.1:${port}`, "--language", "en"], {
    columns: COLUMNS,
    rows: ROWS,
    env: { COLORTERM: "truecolor" },
  });
  try {
    await terminal.shows("login NAME [PASSWORD]");
    terminal.enter("regist ada");
    await terminal.shows("password for ada:");
    terminal.enter("correct horse");
    await terminal.shows("again");
    terminal.enter("correct horse");
    await terminal.shows("1 here:");
    const room = client.enter({ token });
    const reading = drain(room);
    await terminal.shows("budi came in");
    const first = idOf(await room.sendAll("Morning! Is everything ready for the relase?"));
    await terminal.shows("relase?");
    terminal.enter("sendall The notes are written, @budi. One test is still running.");
    await terminal.shows("you  The notes are written");
    await room.edit(first, "Morning! Is everything ready for the release?");
    await terminal.shows("the release?");
    await room.sendTo("ada", "Thank you for last night. Cake at four?");
    await terminal.shows("Cake at four?");
    terminal.enter("tell budi Cake at four!");
    await terminal.shows("budi  Cake at four!");
    terminal.enter(`reply ${first} It is green: 4,700 passed, none failed.`);
    await terminal.shows("you  It is green");
    await room.sendAll("Then off we go, @ada.");
    await terminal.shows("off we go");
    terminal.type("sendall 出発！ Berangkat!");
    await terminal.until("the typed line", () => terminal.typing.before.endsWith("Berangkat!"));
    const { raw } = terminal;
    await room.close();
    await reading;
    return raw;
  } finally {
    await terminal.close();
    client.close();
    await server.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
}

async function drain(room: Room): Promise<void> {
  for await (const _event of room);
}

function idOf(outcome: Outcome): bigint {
  if (outcome.kind !== "accepted") throw new Error(`The message was not accepted: ${outcome.kind}.`);
  return outcome.id;
}
