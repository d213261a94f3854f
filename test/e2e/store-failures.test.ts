import { expect } from "chai";
import { OutcomeUnknown, StoreUnavailable } from "../../src/server/common/storeErrors.ts";
import type { AppendResult, Draft } from "../../src/server/log/ports/logStore.ts";
import { sendAll } from "../support/commands.ts";
import { millis } from "../support/ending.ts";
import { Gate, withPort } from "../support/engines.ts";
import { expectGoodbye, expectSentence, nameOf } from "../support/expect.ts";
import { useFreshServer } from "../support/server.ts";

const GONE = { reason: "STORE_UNAVAILABLE", reconnect: true, code: "UNAVAILABLE" } as const;

describe("A log that certainly did not append", function () {
  this.timeout(60_000);
  const disk = { full: false };
  const server = useFreshServer({
    wrap: (engines) =>
      withPort(engines, "log", {
        append: async (batch) => {
          if (disk.full) throw new StoreUnavailable("the disk is full");
          return engines.log.append(batch);
        },
      }),
  });
  beforeEach(() => {
    disk.full = false;
  });

  it("a message whose append certainly failed is rejected with STORE_UNAVAILABLE and retry_after", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    disk.full = true;
    const rejected = await chat.refuse(sendAll("for later"), "r");
    expect(nameOf(rejected.reason)).to.equal("STORE_UNAVAILABLE");
    expect(millis(rejected.retryAfter)).to.be.greaterThan(0);
    expectSentence(rejected.message);
    disk.full = false;
    expect(await chat.accept(sendAll("for later"), "r")).to.include({ id: 1n, duplicate: false });
  });

  it("messages that are rejected after a failed append are not in the log", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    disk.full = true;
    for (let i = 0; i < 20; i++) chat.send(sendAll(`${i}`));
    for (let i = 0; i < 20; i++) expect(nameOf((await chat.next("rejected")).reason)).to.equal("STORE_UNAVAILABLE");
    disk.full = false;
    expect((await chat.accept(sendAll("kept"))).id).to.equal(1n);
    const again = await server.enter(ana, { resumeAfter: 0n });
    expect(again.messages.map((message) => message.text)).to.deep.equal(["kept"]);
  });

  it("an append that certainly failed does not end the streams of readers", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
    await anas.accept(sendAll("before"));
    disk.full = true;
    await anas.refuse(sendAll("lost"));
    const late = await server.enter(bob, { resumeAfter: 0n });
    expect(late.messages.map((message) => message.text)).to.deep.equal(["before"]);
    disk.full = false;
    await anas.accept(sendAll("after"));
    await bobs.next("message", (message) => message.text === "after");
    expect(bobs.messages.map((message) => message.text)).to.deep.equal(["before", "after"]);
  });
});

describe("A log that does not know whether it appended", function () {
  this.timeout(60_000);
  let fate: "well" | "lost" | "kept" | "kept later" = "well";
  let later: Promise<AppendResult[]> | undefined;
  const gate = new Gate();
  const server = useFreshServer({
    wrap: (engines) =>
      withPort(engines, "log", {
        append: async (batch: readonly Draft[]) => {
          const now = fate;
          if (now === "well") return engines.log.append(batch);
          if (now === "kept") await engines.log.append(batch);
          if (now === "kept later") later = gate.pass().then(() => engines.log.append(batch));
          throw new OutcomeUnknown("the connection was lost in the middle of a commit");
        },
      }),
  });
  beforeEach(() => {
    fate = "well";
  });

  it("an unknown outcome ends the stream with goodbye (STORE_UNAVAILABLE, reconnect), without a reply", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    fate = "lost";
    chat.send(sendAll("who knows"), "r");
    await expectGoodbye(chat, GONE);
    expect(chat.kinds).to.not.include("accepted");
    expect(chat.kinds).to.not.include("rejected");
  });

  it("a resend after an unknown outcome is a duplicate if the message had been appended", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    fate = "kept";
    chat.send(sendAll("who knows"), "r");
    await expectGoodbye(chat, GONE);
    fate = "well";
    // Resumes from 0 and not from the cursor, because the stream that ended may have received the message already.
    const again = await server.enter(ana, { resumeAfter: 0n });
    const settled = await again.accept(sendAll("who knows"), "r");
    expect(settled).to.include({ id: 1n, duplicate: true });
    await again.next("message");
    expect(again.messages.map((message) => message.text)).to.deep.equal(["who knows"]);
  });

  it("a resend after an unknown outcome is accepted if the message had not been appended", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    fate = "lost";
    chat.send(sendAll("who knows"), "r");
    await expectGoodbye(chat, GONE);
    fate = "well";
    const again = await server.enter(ana, { resumeAfter: chat.cursor ?? 0n });
    expect(await again.accept(sendAll("who knows"), "r")).to.include({ id: 1n, duplicate: false });
  });

  it("a message that is appended after its outcome was reported as unknown is posted once", async () => {
    const ana = await server.person("ana");
    const chat = await server.enter(ana);
    fate = "kept later";
    gate.shut();
    chat.send(sendAll("who knows"), "r");
    await gate.entered();
    await expectGoodbye(chat, GONE);
    fate = "well";
    const again = await server.enter(ana, { resumeAfter: chat.cursor ?? 0n });
    const settled = await again.accept(sendAll("who knows"), "r");
    gate.open();
    expect((await later)?.[0]).to.include({ kind: "duplicate", id: 1 });
    await again.accept(sendAll("next"));
    await again.next("message", (message) => message.text === "next");
    expect(again.messages.map((message) => message.id)).to.deep.equal([settled.id, 2n]);
  });

  it("an unknown outcome ends only the streams with a command in that batch; others see the message", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
    fate = "kept";
    anas.send(sendAll("who knows"), "r");
    await expectGoodbye(anas, GONE);
    fate = "well";
    await bobs.accept(sendAll("bob goes on"));
    await bobs.next("message", (message) => message.text === "bob goes on");
    expect(bobs.messages.map((message) => message.text)).to.deep.equal(["who knows", "bob goes on"]);
  });
});
