import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { LibraryUser } from "../rig/libraryUser.ts";
import type { Account } from "../rig/userGroup.ts";
import type { VirtualUserOptions } from "../rig/virtualUser.ts";
import { WireUser } from "../rig/wireUser.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { join } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import { Random } from "../support/random.ts";
import { Connection } from "../support/wire.ts";
import { type Trial, type TrialOptions, useTrials } from "./support/trial.ts";

const SECOND = 1_000;
/** The server's limit on a response in flight, in milliseconds, and a margin for a busy machine. */
const STALL = 120 * SECOND;
const SURELY = 60 * SECOND;
/** Enough to fill the window of a stream that is not read within seconds. */
const TALK = { rate: 60, maxText: 1_000 };
const MEGABYTE = 1024 * 1024;
const seed = Random.seed();

describe(`Users that stop reading while the others send (SEED=${seed})`, () => {
  const trial = useTrials(after);
  const underWay: Record<string, Promise<Trial>> = {};

  // Both tests wait minutes for the server's limit, so they run at the same time.
  before(() => {
    for (const [name, scene] of Object.entries({ stall, never })) {
      const options: TrialOptions = { random: new Random(seed), ...TALK };
      underWay[name] = trial(options).then(async (run) => {
        await scene(run);
        return run;
      });
      // The test that waits for it reports the failure.
      underWay[name].catch(() => {});
    }
  });

  it("users that pause for 90 s keep their stream, and for longer reconnect: all miss nothing", async function () {
    const run = await underWay.stall;
    await run?.finish(this, "readers that stall for minutes");
  });

  it("users that never read again are reset, and cost no memory and no other user", async function () {
    const run = await underWay.never;
    await run?.finish(this, "readers that never return");
  });
});

/** A user whose streams are counted. It keeps its stream if the server pauses for a while. */
class PatientUser extends LibraryUser {
  constructor(parts: VirtualUserOptions) {
    super(parts, 20 * SECOND);
  }
}

async function stall(run: Trial): Promise<void> {
  const [ana, bob] = run.accounts as [Account, Account];
  const short = [run.add(WireUser, ana, "short on the wire"), run.add(PatientUser, bob, "short library")];
  const wire = run.add(WireUser, bob, "long on the wire");
  const library = run.add(PatientUser, ana, "long library");
  const stalling = [...short, wire, library];
  await within(Promise.all(stalling.map((member) => member.reached(1))), "those who will stall to have joined", SURELY);
  const streams = short.map((member) => member.streams);
  for (const member of stalling) member.pause();
  const reset = within(wire.wasReset(), "the reset of a stream that is not read", STALL + SURELY);

  // The test is about the length of the stall.
  await sleep(0.75 * STALL);
  for (const member of short) member.resume();
  await reset;
  wire.resume();
  // The library holds some events before its stream stalls, so its reset comes later, and it does not say when.
  await sleep(SURELY / 2);
  library.resume();
  await run.group.accepted(500);
  expect(
    short.map((member) => member.streams),
    "streams of those who stalled for a minute and a half",
  ).to.deep.equal(streams);
  expect([wire.streams, library.streams], "streams of those who stalled for longer").to.deep.equal([2, 2]);
}

async function never(run: Trial): Promise<void> {
  const { port } = run.server;
  const connections = await Promise.all(Array.from({ length: 10 }, () => Connection.open({ port })));
  try {
    await run.group.accepted(100);
    // Measures the peak from here on: hashing passwords took more memory than the room does.
    writeFileSync(`/proc/${run.server.pid}/clear_refs`, "5");
    const before = memoryOf(run.server.pid, "VmRSS");
    const streams = connections.flatMap((connection) => run.accounts.map(({ token }) => deafStream(connection, token)));
    const endings = within(Promise.all(streams.map((chat) => chat.ended)), "all resets", STALL + SURELY);
    for (const { code, reset } of await endings) {
      expect(code, "a status of a stream that is not read").to.equal(undefined);
      expect(reset, "the code of RST_STREAM").to.be.greaterThan(0);
    }
    // The timeline and the pages may hold 24 MB of it. The messages that the 50 streams did not read are 250 MB.
    const taken = memoryOf(run.server.pid, "VmHWM") - before;
    expect(taken, "bytes of memory that the server has taken at most").to.be.below(96 * MEGABYTE);
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Opens a stream that requests the whole log and reads nothing. */
function deafStream(connection: Connection, token: string): ChatStream {
  const chat = connection.chat(token, { reading: false });
  chat.send(join({ resumeAfter: 0n }));
  return chat;
}

/** The memory of a process, or its peak, in bytes. */
function memoryOf(pid: number, which: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const line = status.split("\n").find((one) => one.startsWith(which)) ?? "";
  return Number.parseInt(line.slice(which.length + 1), 10) * 1024;
}
