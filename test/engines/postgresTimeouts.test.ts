import { expect } from "chai";
import { StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import { parseAddress } from "../../src/server/engines/postgres/address.ts";
import { Connections, type Purpose } from "../../src/server/engines/postgres/connections.ts";
import { CircuitBreaker } from "../../src/server/engines/shared/circuitBreaker.ts";
import { needsEngine, sharedServer } from "../support/engineServer.ts";
import { turns } from "../support/eventLoop.ts";
import { caught } from "./postgresNode.ts";

/** Blocks this process for this many milliseconds, as if it were stopped and continued. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

const sleep = (seconds: number) => ({ name: `sleep-${seconds}`, text: `SELECT 'slept' FROM pg_sleep(${seconds})` });

describe("Timeouts of PostgreSQL calls", () => {
  let connections: Connections;
  before(function () {
    needsEngine(this, "postgres");
  });
  afterEach(() => connections?.close());

  async function open(timeoutMs: number): Promise<void> {
    const { url } = await sharedServer("postgres");
    // PostgreSQL itself has no limit.
    const settings = { statement_timeout: "0" };
    const purpose: Purpose = { name: "test", max: 1, settings, timeoutMs };
    connections = new Connections(parseAddress(url), purpose, new CircuitBreaker(() => {}));
  }

  it("a call that was answered during a pause of this process does not time out", async () => {
    await open(3_000);
    await connections.read(sleep(0));
    const answer = connections.read(sleep(0.01));
    await turns(3);
    pause(3_500);
    expect(await answer).to.deep.equal([["slept"]]);
  });

  it("a connection that was made during a pause of this process does not time out", async () => {
    await open(3_000);
    const answer = connections.read(sleep(0));
    await turns(3);
    pause(3_500);
    expect(await answer).to.deep.equal([["slept"]]);
  });

  it("a call that is not answered ends after its timeout", async () => {
    await open(300);
    const error = await caught(connections.read(sleep(20)));
    expect(error).to.be.instanceOf(StoreUnavailable);
    expect(error).to.have.property("message", "PostgreSQL did not answer within 300 ms");
  });
});
