import { expect } from "chai";
import type { ChatNode } from "../../src/server/node/node.ts";
import { CallCounters } from "../../src/server/rpc/callCounters.ts";
import { history } from "../../src/server/rpc/history.ts";
import { markRead } from "../../src/server/rpc/markRead.ts";
import { openNode } from "../support/chatNode.ts";
import { sqliteFixture } from "../support/sqliteFixture.ts";
import { draft, edit, enlist, headOf, NOON, type Person, post, useStore } from "../support/storeFixture.ts";

const LARGEST = 2n ** 64n - 1n;

describe("The rpcs History and MarkRead", () => {
  const store = useStore(sqliteFixture);
  let node: ChatNode;
  let bob: Person;
  let token: string;
  let username: string;
  let base: number;
  let users = 0;
  beforeEach(async () => {
    ({ node } = await openNode(store));
    bob = await enlist(store, "bob");
    users += 1;
    const signedIn = await node.signIn.register({ username: `ana-h${users}`, password: "a good password" });
    token = signedIn.token;
    username = signedIn.session.username;
    base = await headOf(store.log);
    await store.log.truncate(base + 1);
  });
  afterEach(() => node.close());

  const call = (authorization: string | undefined = `Bearer ${token}`) => ({
    node,
    counters: new CallCounters(),
    remoteAddress: "127.0.0.1:1",
    authorization,
  });
  const ask = { beforeId: 0n, peer: "", pageSize: 0 };

  it("a page has the fields of the contract, and none for an edit or a reply that is not there", async () => {
    await post(store.log, draft(bob, "1"));
    await post(store.log, draft(bob, "2", { replyTo: base + 1, at: NOON + 1_500 }));
    await post(store.log, edit(bob, base + 2, "two", { at: NOON + 2_500 }));
    expect(await history(ask, call())).to.deep.equal({
      messages: [
        {
          id: BigInt(base + 1),
          sender: bob.username,
          recipient: "",
          text: "1",
          sentAt: new Date(NOON),
          editedAt: undefined,
          replyTo: 0n,
        },
        {
          id: BigInt(base + 2),
          sender: bob.username,
          recipient: "",
          text: "two",
          sentAt: new Date(NOON + 1_500),
          editedAt: new Date(NOON + 2_500),
          replyTo: BigInt(base + 1),
        },
      ],
      nextBeforeId: 0n,
    });
  });

  it("the largest id of the wire begins at the newest message", async () => {
    await store.log.append([draft(bob, "1"), draft(bob, "2")]);
    const { messages, nextBeforeId } = await history({ ...ask, beforeId: LARGEST, pageSize: 1 }, call());
    expect([messages.map(({ text }) => text), nextBeforeId]).to.deep.equal([["2"], BigInt(base + 2)]);
  });

  it("the name of the caller as the peer gives notes to oneself", async () => {
    await post(store.log, draft(bob, "to all"));
    expect(await history({ ...ask, peer: username }, call())).to.deep.equal({ messages: [], nextBeforeId: 0n });
  });

  it("MarkRead resolves with the marker, at most the head of the log", async () => {
    await store.log.append([draft(bob, "1"), draft(bob, "2")]);
    expect(await markRead({ upToId: 0n, logId: "" }, call())).to.deep.equal({ readUpTo: 0n });
    expect(await markRead({ upToId: BigInt(base + 1), logId: "" }, call())).to.deep.equal({
      readUpTo: BigInt(base + 1),
    });
    expect(await markRead({ upToId: LARGEST, logId: "another log" }, call())).to.deep.equal({
      readUpTo: BigInt(base + 1),
    });
    expect(await markRead({ upToId: LARGEST, logId: "" }, call())).to.deep.equal({ readUpTo: BigInt(base + 2) });
  });

  it("both are refused without a token of a session, and while the node drains", async () => {
    const reasons = async (...args: Parameters<typeof call>) => {
      const asked = [history(ask, call(...args)), markRead({ upToId: 0n, logId: "" }, call(...args))];
      return Promise.all(asked.map((each) => each.catch(({ reason }) => reason)));
    };
    expect(await reasons("")).to.deep.equal(["SESSION_INVALID", "SESSION_INVALID"]);
    expect(await reasons("Bearer nonsense")).to.deep.equal(["SESSION_INVALID", "SESSION_INVALID"]);
    await node.drain();
    expect(await reasons()).to.deep.equal(["SHUTTING_DOWN", "SHUTTING_DOWN"]);
  });
});
