import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { join, sendAll } from "../support/commands.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { needsStrace } from "../support/strace.ts";
import { Connection } from "../support/wire.ts";

const SYNCS = ["fsync", "fdatasync"];
const CALLS = [...SYNCS, "write", "writev", "pwrite64", "pwritev", "sendto", "sendmsg"];

/** A system call, with the lines of the trace in which it begins and returns. */
interface Call {
  readonly name: string;
  readonly text: string;
  readonly began: number;
  readonly returned: number;
}

/** Parses the output of `strace -f`, and joins the halves of calls that another thread interrupted. */
function readTrace(file: string): Call[] {
  const calls: Call[] = [];
  const unfinished = new Map<string, { began: number; text: string }>();
  for (const [at, line] of readFileSync(file, "latin1").split("\n").entries()) {
    const [, thread = "", rest = ""] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (rest.endsWith("<unfinished ...>")) {
      unfinished.set(thread, { began: at, text: rest });
      continue;
    }
    const first = rest.startsWith("<... ") ? unfinished.get(thread) : { began: at, text: rest };
    const name = first && /^(\w+)\(/.exec(first.text)?.[1];
    if (first && name) calls.push({ name, text: `${first.text} ${rest}`, began: first.began, returned: at });
  }
  return calls;
}

describe("The system calls of the server, as strace records them", function () {
  this.timeout(60_000);
  const folder = useFolder();
  afterEach(endProcesses);

  it("the log is synced before any byte that says a message was accepted", async function () {
    needsStrace(this);
    const data = path.join(folder.path, "data");
    const trace = path.join(folder.path, "trace");
    const prefix = ["strace", "-D", "-f", "-yy", "-s", "100000", "-o", trace, "-e", `trace=${CALLS.join(",")}`];
    const options = ["--messages-per-second", "0", "--burst", "0"];
    const { server, port } = await ServerProcess.serve(data, options, { prefix });
    const wire = await Connection.open({ port });
    const { token } = await wire.register("ana", "a good password");
    const chat = wire.chat(token);
    chat.send(join());
    const probes = Array.from({ length: 60 }, (_, i) => ({ id: `probe-id-${i}.`, text: `probe-text-${i}.` }));
    // One by one, and then many at once.
    for (const { id, text } of probes.slice(0, 20)) await chat.accept(sendAll(text), id);
    for (const { id, text } of probes.slice(20)) chat.send(sendAll(text), id);
    for (const { id } of probes.slice(20)) await chat.reply(id);
    wire.close();
    await server.kill("SIGTERM");

    const calls = readTrace(trace);
    const toLog = calls.filter(({ text }) => /^\w+\(\d+<[^>]*-wal>/.test(text));
    const toSocket = calls.filter(({ text }) => /^\w+\(\d+<TCP/.test(text));
    for (const { id, text } of probes) {
      const written = toLog.find((call) => !SYNCS.includes(call.name) && call.text.includes(text));
      expect(written, `the write of ${text} to the log`).to.not.equal(undefined);
      const synced = toLog.find(
        ({ name, began, text: all }) =>
          SYNCS.includes(name) && all.endsWith("= 0") && began > (written?.returned ?? Number.POSITIVE_INFINITY),
      );
      expect(synced, `a sync of the log after ${text}`).to.not.equal(undefined);
      const told = toSocket.filter((call) => call.text.includes(id) || call.text.includes(text));
      expect(told.length, `the calls that sent ${id}`).to.be.at.least(1);
      for (const call of told) expect(call.began, `${id} was sent`).to.be.greaterThan(synced?.returned ?? 0);
    }
  });
});
