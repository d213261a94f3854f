import { BinaryReader } from "@bufbuild/protobuf/wire";
import { expect } from "chai";
import { SearchRequest } from "../../src/gen/obrolan/v1/chat.ts";
import type { ChatNode } from "../../src/server/node/node.ts";
import { CallCounters } from "../../src/server/rpc/callCounters.ts";
import { servedDefinition } from "../../src/server/rpc/definition.ts";
import { failureOf } from "../../src/server/rpc/failure.ts";
import { InvalidRequest } from "../../src/server/rpc/invalidRequest.ts";
import { search } from "../../src/server/rpc/search.ts";
import { SearchCall } from "../../src/server/rpc/searchCall.ts";
import { openNode } from "../support/chatNode.ts";
import { eventually } from "../support/eventLoop.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { draft, edit, enlist, headOf, NOON, type Person, post, useStore } from "../support/storeFixture.ts";

const ask: SearchCall = {
  query: "word",
  sender: "",
  peer: "",
  since: undefined,
  until: undefined,
  pageSize: 0,
  pageToken: "",
};

/** The time so many nanoseconds after a number of milliseconds. */
function time(ms: number, nanos = 0) {
  return { seconds: BigInt(Math.floor(ms / 1_000)), nanos: (ms % 1_000) * 1_000_000 + nanos };
}

describe("The rpc Search", () => {
  const store = useStore(sqliteFixture);
  let node: ChatNode;
  let bob: Person;
  let token: string;
  let word: string;
  let base: number;
  let users = 0;
  beforeEach(async () => {
    ({ node } = await openNode(store));
    bob = await enlist(store, "bob");
    users += 1;
    ({ token } = await node.signIn.register({ username: `ana-s${users}`, password: "a good password" }));
    // To truncate the messages of the test before would make the indexer build the index anew at some time.
    word = `word${users}`;
    base = await headOf(store.log);
  });
  afterEach(() => node.close());

  const call = (authorization: string | undefined = `Bearer ${token}`) => ({
    node,
    counters: new CallCounters(),
    remoteAddress: "127.0.0.1:1",
    authorization,
  });
  const find = async (more: Partial<SearchCall> = {}) => search({ ...ask, query: word, ...more }, call());
  const texts = async (more: Partial<SearchCall> = {}) => (await find(more)).messages.map(({ text }) => text);
  /** Waits until the node's indexer has indexed so many messages with the word. */
  const indexed = (count: number) =>
    eventually(async () => {
      const found = await texts().catch((error) => {
        expect(error.reason).to.equal("INDEX_BUILDING");
        return [];
      });
      return found.length === count;
    }, "the index");

  it("a page has the fields of the contract, the newest message first", async () => {
    const at = NOON + 1_500;
    await post(store.log, draft(bob, `${word} 1`));
    await post(store.log, draft(bob, `${word} 2`, { replyTo: base + 1, at }));
    await post(store.log, edit(bob, base + 2, `${word} two`, { at: NOON + 2_500 }));
    await indexed(2);
    const { messages, nextPageToken } = await find();
    expect(nextPageToken).to.equal("");
    expect(messages[0]).to.deep.equal({
      id: BigInt(base + 2),
      sender: bob.username,
      recipient: "",
      text: `${word} two`,
      sentAt: new Date(at),
      editedAt: new Date(NOON + 2_500),
      replyTo: BigInt(base + 1),
    });
    expect(messages[1]).to.deep.include({ id: BigInt(base + 1), text: `${word} 1`, editedAt: undefined, replyTo: 0n });
  });

  it("next_page_token leads to the next page", async () => {
    await store.log.append([draft(bob, `${word} 1`), draft(bob, `${word} 2`)]);
    await indexed(2);
    const { messages, nextPageToken } = await find({ pageSize: 1 });
    expect(messages.map(({ text }) => text)).to.deep.equal([`${word} 2`]);
    expect(await texts({ pageSize: 5, pageToken: nextPageToken })).to.deep.equal([`${word} 1`]);
  });

  it("since and until are exact to the nanosecond", async () => {
    const at = NOON + 10_000;
    await post(store.log, draft(bob, `${word} 1`, { at }));
    await post(store.log, draft(bob, `${word} 2`, { at: at + 1 }));
    await indexed(2);
    const both = [`${word} 2`, `${word} 1`];
    expect(await texts({ since: time(at) })).to.deep.equal(both);
    expect(await texts({ since: time(at - 1, 999_999) })).to.deep.equal(both);
    expect(await texts({ since: time(at, 1) })).to.deep.equal([`${word} 2`]);
    expect(await texts({ since: time(at, 1_000_000) })).to.deep.equal([`${word} 2`]);
    expect(await texts({ since: time(at + 1, 1) })).to.deep.equal([]);
    expect(await texts({ until: time(at) })).to.deep.equal([]);
    expect(await texts({ until: time(at, 1) })).to.deep.equal([`${word} 1`]);
    expect(await texts({ until: time(at + 1) })).to.deep.equal([`${word} 1`]);
    expect(await texts({ until: time(at + 1, 1) })).to.deep.equal(both);
    expect(await texts({ since: { seconds: -62_135_596_800n, nanos: 0 } })).to.deep.equal(both);
    expect(await texts({ until: { seconds: 253_402_300_799n, nanos: 999_999_999 } })).to.deep.equal(both);
    expect(await texts({ since: { seconds: 0n, nanos: 0 }, until: { seconds: 0n, nanos: 0 } })).to.deep.equal([]);
  });

  it("a time out of range is QUERY_INVALID, and names its field", async () => {
    const times = [
      { seconds: -62_135_596_801n, nanos: 0 },
      { seconds: 253_402_300_800n, nanos: 0 },
      { seconds: 2n ** 63n - 1n, nanos: 0 },
      { seconds: -(2n ** 63n), nanos: 0 },
      { seconds: 0n, nanos: -1 },
      { seconds: 0n, nanos: 1_000_000_000 },
    ];
    for (const field of ["since", "until"] as const) {
      for (const each of times) {
        const error = await find({ [field]: each }).catch((refused) => refused);
        expect(error).to.include({ reason: "QUERY_INVALID", field });
        const { trailers } = failureOf(error, () => {});
        expect(trailers["grpc-status-details-bin"]?.toString()).to.include(field);
      }
    }
  });

  it("Search is refused without a token of a session, and while the node drains", async () => {
    const reason = (...args: Parameters<typeof call>) => search(ask, call(...args)).catch((error) => error.reason);
    expect(await reason("")).to.equal("SESSION_INVALID");
    expect(await reason("Bearer nonsense")).to.equal("SESSION_INVALID");
    await node.drain();
    expect(await reason()).to.equal("SHUTTING_DOWN");
  });
});

describe("The decoding of SearchRequest", () => {
  const { requestDeserialize } = servedDefinition.search;

  it("every field arrives as it was sent", () => {
    const sent: SearchCall = {
      query: "wörd",
      sender: "ana",
      peer: "bob",
      since: { seconds: -1n, nanos: 1 },
      until: { seconds: 2n ** 40n, nanos: -5 },
      pageSize: -3,
      pageToken: "token",
    };
    const bytes = SearchCall.encode(sent).finish();
    expect(requestDeserialize(bytes)).to.deep.equal(sent);
    expect(SearchRequest.decode(new BinaryReader(bytes))).to.deep.include({ query: "wörd", pageSize: -3 });
    expect(requestDeserialize(new Uint8Array())).to.deep.equal({ ...ask, query: "" });
  });

  it("times that are no messages, and texts that are not UTF-8, are invalid; fields of a newer contract are skipped", () => {
    for (const bytes of [
      [0x22, 0x01, 0x00],
      [0x2a, 0x01, 0x04],
      [0x22, 0x05, 0x08],
      [0x0a, 0x01, 0xff],
      [0x3a, 0x01, 0xff],
      [0x22],
    ]) {
      expect(requestDeserialize(Uint8Array.from(bytes)), bytes.join()).to.be.instanceOf(InvalidRequest);
    }
    expect(requestDeserialize(Uint8Array.of(0x20, 0x05, 0x62, 0x01, 0x00))).to.deep.equal({ ...ask, query: "" });
  });
});
