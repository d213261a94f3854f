import type { ServerInterceptingCall, ServerMethodDefinition } from "@grpc/grpc-js";
import { expect } from "chai";
import type { ChatNode } from "../../../src/server/node/node.ts";
import { CallCounters } from "../../../src/server/rpc/callCounters.ts";
import { chatInterceptor } from "../../../src/server/rpc/chat/interceptor.ts";
import { CHAT_PATH } from "../../../src/server/rpc/definition.ts";

const method = { path: CHAT_PATH } as ServerMethodDefinition<unknown, unknown>;

describe("chatInterceptor", () => {
  function setUp(options: { direct?: boolean } = {}) {
    const warnings: string[] = [];
    const interceptor = chatInterceptor({
      ...options,
      node: {} as ChatNode,
      counters: new CallCounters(),
      report: () => {},
      warn: (message) => warnings.push(message),
    });
    /** Starts a call that has no HTTP/2 stream. Returns whether it was started. */
    const start = () => {
      let isStarted = false;
      const call = { start: () => (isStarted = true) } as unknown as ServerInterceptingCall;
      interceptor(method, call).start({} as never);
      return isStarted;
    };
    return { start, warnings };
  }

  it("a call without a known HTTP/2 stream is served, and the operator is warned once", () => {
    const { start, warnings } = setUp();
    expect([start(), start()]).to.deep.equal([true, true]);
    expect(warnings).to.deep.equal(["responses go the slow way: this version of grpc-js is not known"]);
  });

  it("a server that does not look for the HTTP/2 stream logs no warning", () => {
    const { start, warnings } = setUp({ direct: false });
    expect(start()).to.equal(true);
    expect(warnings).to.deep.equal([]);
  });
});
