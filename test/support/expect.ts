import { expect } from "chai";
import { type Reason, reasonToJSON } from "../../src/gen/obrolan/v1/chat.ts";
import type { ChatStream } from "./chatStream.ts";
import { Code, type Ending } from "./ending.ts";

/** Expects a failed call: this status, and the reason in each place that must have it. */
export function expectFailed(ending: Ending, code: keyof typeof Code, reason: string): void {
  expect(ending, ending.message).to.include({ code: Code[code], reason });
  expect(ending.details, "grpc-status-details-bin").to.deep.include({
    code: Code[code],
    message: ending.message,
    errorInfo: { reason, domain: "obrolan" },
  });
  expectSentence(ending.message);
}

/** Expects a sentence for people: with words, on one line, and without internals of the server. */
export function expectSentence(text: string): void {
  expect(text).to.match(/^\S+( \S+)+$/);
  expect(text).to.not.match(/\bat .*:\d+|node_modules|\.ts\b|SQLITE|Error:/);
}

/** The reason's name, as in trailers. */
export function nameOf(reason: Reason): string {
  return reasonToJSON(reason).replace("REASON_", "");
}

/** Expects `goodbye` as the last event, and this status. */
export async function expectGoodbye(
  chat: ChatStream,
  expected: { reason: string; reconnect: boolean; code: keyof typeof Code },
): Promise<void> {
  const { reason, reconnect, requestId } = await chat.next("goodbye");
  expect(requestId).to.equal("");
  expect({ reason: nameOf(reason), reconnect }).to.deep.equal({
    reason: expected.reason,
    reconnect: expected.reconnect,
  });
  const ending = await chat.end();
  expect(chat.kinds.at(-1)).to.equal("goodbye");
  expect(chat.received("goodbye")).to.have.length(1);
  if (expected.code === "OK") expect(ending.code, ending.message).to.equal(Code.OK);
  else expectFailed(ending, expected.code, expected.reason);
}
