import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { ChatStream } from "../support/chatStream.ts";
import { edit, join, remove, sendAll } from "../support/commands.ts";
import { until } from "../support/eventLoop.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { run } from "../support/program.ts";
import { Connection } from "../support/wire.ts";

const DELETED = "<<the deleted text>>";
const REPLACED = "<<the replaced text>>";
const KEPT = "<<the text that is kept>>";
const REQUEST = "<<the request id>>";
const UNLIMITED = ["--messages-per-second", "0", "--burst", "0"];

describe("The erasure of texts", function () {
  this.timeout(60_000);
  const folder = useFolder();
  const data = () => path.join(folder.path, "data");
  let connection: Connection | undefined;
  afterEach(async () => {
    connection?.close();
    await endProcesses();
  });

  /** The marked texts that occur in any byte of a file of the folder. */
  function found(place = data()): string[] {
    const files = readdirSync(place, { withFileTypes: true }).filter((file) => file.isFile());
    const bytes = files.map(({ name }) => readFileSync(path.join(place, name)));
    return [DELETED, REPLACED, KEPT, REQUEST].filter((text) => bytes.some((file) => file.includes(text)));
  }

  const erased = () => until(() => !found().some((text) => text === DELETED || text === REPLACED), "the texts to go");

  async function serve(): Promise<{ server: ServerProcess; wire: Connection }> {
    const { server, port } = await ServerProcess.serve(data(), UNLIMITED);
    connection = await Connection.open({ port });
    return { server, wire: connection };
  }

  async function enter(wire: Connection, token: string): Promise<ChatStream> {
    const chat = wire.chat(token);
    chat.send(join({ resumeAfter: 0n }));
    await chat.next("caughtUp");
    return chat;
  }

  /** Deletes a marked text and replaces another one among other messages, which streams have read from the store. */
  async function erase(wire: Connection, token: string): Promise<ChatStream> {
    const chat = await enter(wire, token);
    const fill = Array.from({ length: 50 }, (_, i) => sendAll(`${i}`.padEnd(500, ".")));
    for (const command of fill) chat.send(command);
    const deleted = await chat.accept(sendAll(DELETED.padEnd(3_000, ".")), REQUEST);
    const replaced = await chat.accept(sendAll(REPLACED));
    for (const command of fill) chat.send(command);
    await enter(wire, token);
    expect(found()).to.include.members([DELETED, REPLACED]);
    await chat.accept(edit(replaced.id, KEPT));
    await chat.accept(remove(deleted.id));
    return chat;
  }

  it("a deleted and a replaced text are in no byte of the data folder, running or stopped, nor in a backup", async () => {
    const { server, wire } = await serve();
    const { token } = await wire.register("ana", "a good password");
    const chat = await erase(wire, token);
    await erased();
    expect(found()).to.deep.equal([KEPT, REQUEST]);
    const backups = path.join(folder.path);
    expect((await run(["backup", "--data", data(), path.join(backups, "backup.db")])).code).to.equal(0);
    expect(found(backups)).to.deep.equal([KEPT, REQUEST]);
    // The digest of the command remains, so that its request id still stands for it.
    expect((await chat.accept(sendAll(DELETED.padEnd(3_000, ".")), REQUEST)).duplicate).to.equal(true);
    expect(found()).to.deep.equal([KEPT, REQUEST]);
    expect((await server.kill("SIGTERM")).code).to.equal(0);
    expect(found()).to.deep.equal([KEPT, REQUEST]);
    expect(server.said).to.not.include("<<");
  });

  it("a deleted and a replaced text stay gone if the server is killed as soon as they are accepted", async () => {
    const { server, wire } = await serve();
    const { token } = await wire.register("ana", "a good password");
    await erase(wire, token);
    await server.kill("SIGKILL");
    wire.close();
    const next = await serve();
    const again = await enter(next.wire, token);
    expect(again.messages.map(({ text }) => text).filter((text) => text.includes("<<"))).to.deep.equal([KEPT]);
    await erased();
    expect(found()).to.deep.equal([KEPT, REQUEST]);
  });
});
