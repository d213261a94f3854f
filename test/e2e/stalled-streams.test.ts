import { expect } from "chai";
import { ChatRequest } from "../../src/gen/obrolan/v1/chat.ts";
import { DEFAULT_TIMINGS } from "../../src/server/common/limits.ts";
import { join } from "../support/commands.ts";
import { DEADLINE, within } from "../support/deadline.ts";
import { turns, until } from "../support/eventLoop.ts";
import { chatter, fill } from "../support/fill.ts";
import { RawClient, type Stalled, stall } from "../support/rawClient.ts";
import { type Person, useServer } from "../support/server.ts";
import { manualStopwatch } from "../support/stopwatch.ts";

describe("50 streams of one connection whose client does not read", function () {
  this.timeout(60_000);
  const stopwatch = manualStopwatch();
  const server = useServer({ stopwatch });
  const count = 50;
  const window = 65_535;
  let ana: Person;

  before(async () => {
    ana = await server.person("ana");
    await fill(server, chatter(ana, 2000, 1000));
  });

  /** Advances the clock until every stream has ended, once all are open. A stream that joined late takes more steps. */
  async function pass(): Promise<void> {
    const { chatServer } = server;
    await until(() => chatServer.stats().streams === count, "every stream to be open");
    for (; chatServer.stats().streams > 0; await turns()) stopwatch.advance(DEFAULT_TIMINGS.stallTimeoutMs);
  }

  async function leaveUnread({ wide }: { wide: boolean }): Promise<Stalled> {
    const client = await RawClient.connect(server.port, ana.token, { wide });
    const bytes = wide ? count * window : window;
    const request = ChatRequest.encode({ requestId: "", command: join({ resumeAfter: 0n }) }).finish();
    try {
      let passing: Promise<void> | undefined;
      const full = () => {
        passing = pass();
      };
      const stalled = await within(stall(client, { count, request, bytes, full }), "every stream to be reset");
      await passing;
      return stalled;
    } finally {
      client.close();
    }
  }

  async function expectNoStreams(): Promise<void> {
    const until = Date.now() + DEADLINE;
    while (server.chatServer.stats().streams > 0 && Date.now() < until) await server.online(ana);
    expect(server.chatServer.stats()).to.include({ streams: 0, readers: 0, readersBehind: 0 });
  }

  it("stalled streams are each reset once when each has filled its own window; the connection goes on", async () => {
    const { reset, bytes, answersStill } = await leaveUnread({ wide: true });
    expect(reset.length, "frames of RST_STREAM").to.equal(count);
    expect(new Set(reset).size, "streams that were reset").to.equal(count);
    expect(bytes).to.equal(count * window);
    expect(answersStill).to.equal(true);
    await expectNoStreams();
  });

  it("stalled streams are each reset once when together they have filled the connection's window", async () => {
    const { reset, bytes } = await leaveUnread({ wide: false });
    expect(reset.length, "frames of RST_STREAM").to.equal(count);
    expect(new Set(reset).size, "streams that were reset").to.equal(count);
    expect(bytes).to.equal(window);
    await expectNoStreams();
  });
});
