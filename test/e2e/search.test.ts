import { expect } from "chai";
import type { Message, SearchRequest } from "../../src/gen/obrolan/v1/chat.ts";
import type { ChatStream } from "../support/chatStream.ts";
import { edit, remove, sendAll, sendTo } from "../support/commands.ts";
import type { Ending } from "../support/ending.ts";
import { eventually } from "../support/eventLoop.ts";
import { expectFailed } from "../support/expect.ts";
import { searchAll, searchUnlessBuilding, textsOf } from "../support/search.ts";
import { type Person, useServer } from "../support/server.ts";
import { CallFailed, type Connection, failure } from "../support/wire.ts";

/** Texts that a search engine might take for its own language, or fail on. */
const ODD_QUERIES = [
  "%",
  "_",
  "a\u0000b",
  "'; DROP TABLE entries; --",
  "' OR 1=1 --",
  "word' & 'x",
  "word:*",
  "word:A <-> x",
  "!word | x & (y)",
  "word <2> x",
  "\\",
  "\\'",
  "NEAR(word x, 2)",
  "words : word",
  "{words audience} : word",
  "^word",
  "word NOT x",
  "word AND OR NOT",
  "- word",
  "-word",
  "* word",
  "**",
  "word**",
  "*word",
  "+ word",
  "audience:p",
  "p",
  "s1",
  "a1",
  "c1x2",
  "0:p",
  '""',
  '"" word',
  '"',
  '"word',
  "“word",
  "word”",
  "„word“",
  "'word'",
  "!?.,;:-()[]{}",
  " \t\n",
  "\u200b",
  "\ufeff",
  "\u0301",
  "a\u0301\u0301\u0301",
  "👍🏽",
  "#",
  "*",
  "#️⃣",
  "\ud83d\ude00*",
  "ก็็็็",
  "word ".repeat(32),
  "x.".repeat(511),
  "x".repeat(1_024),
];

/** The ending of a call that failed. */
function endingOf(error: unknown): Ending {
  if (error instanceof CallFailed) return error.ending;
  throw error;
}

describe("Search", function () {
  this.timeout(60_000);
  const server = useServer();
  let words = 0;
  let word: string;
  let ana: Person;
  let bob: Person;
  let eve: Person;
  let wire: Connection;
  let anas: ChatStream;
  let bobs: ChatStream;
  beforeEach(async () => {
    // The tests share a room: each has a word of its own.
    words += 1;
    word = `word${words}`;
    [ana, bob, eve] = await server.people("ana", "bob", "eve");
    wire = await server.connect();
    [anas, bobs] = [await server.enter(ana), await server.enter(bob)];
  });

  const find = ({ token }: Person, more: Partial<SearchRequest> = {}) => wire.search(token, { query: word, ...more });
  const texts = async (...args: Parameters<typeof find>) => textsOf((await find(...args)).messages);
  /** Waits until a user finds so many messages. */
  async function found(who: Person, count: number, more: Partial<SearchRequest> = {}): Promise<Message[]> {
    let messages: Message[] = [];
    await eventually(async () => {
      messages = (await searchUnlessBuilding(wire, who.token, { query: word, pageSize: 100, ...more })) ?? [];
      return messages.length === count;
    }, `${count} messages`);
    return messages;
  }

  it("a message is found soon after it is accepted, with all of its fields", async () => {
    const first = await bobs.accept(sendAll(`${word}: good morning`));
    const { id, sentAt } = await anas.accept(sendTo(bob.username, `${word}, you too`, { replyTo: first.id }));
    const [message] = await found(bob, 2);
    expect(message).to.deep.equal({
      id,
      sender: ana.username,
      recipient: bob.username,
      text: `${word}, you too`,
      sentAt,
      editedAt: undefined,
      replyTo: first.id,
    });
  });

  it("a message is found as it is now: after an edit by its new text, in its old place, and after a deletion not at all", async () => {
    const { id } = await anas.accept(sendAll(`${word} old`));
    await anas.accept(sendAll(`${word} newer`));
    await found(bob, 2);
    const { sentAt } = await anas.accept(edit(id, `${word} corrected`));
    expect(await texts(bob, { query: `${word} old` })).to.deep.equal([]);
    const { messages } = await find(bob);
    expect(textsOf(messages)).to.deep.equal([`${word} newer`, `${word} corrected`]);
    expect(messages[1]?.editedAt).to.deep.equal(sentAt);
    await anas.accept(remove(id));
    expect(await texts(bob)).to.deep.equal([`${word} newer`]);
  });

  it("a message that is edited or deleted at once is never found by its old text afterwards", async () => {
    const { id } = await anas.accept(sendAll(`${word} old`));
    await anas.accept(edit(id, `${word} new`));
    const gone = await anas.accept(sendAll(`${word} gone`));
    await anas.accept(remove(gone.id));
    await anas.accept(sendAll(`${word} last`));
    expect(textsOf(await found(bob, 2))).to.deep.equal([`${word} last`, `${word} new`]);
    expect(await texts(bob, { query: `${word} old` })).to.deep.equal([]);
    expect(await texts(bob, { query: `${word} gone` })).to.deep.equal([]);
  });

  it("a user finds what they may see, and sender, peer, since and until leave out the rest", async () => {
    const first = await anas.accept(sendAll(`${word} 1`));
    await anas.accept(sendTo(bob.username, `${word} 2`));
    await bobs.accept(sendTo(ana.username, `${word} 3`));
    await bobs.accept(sendTo(bob.username, `${word} 4`));
    const last = await bobs.accept(sendAll(`${word} 5`));
    await found(bob, 5);
    const numbers = async (...args: Parameters<typeof find>) =>
      (await texts(...args)).map((text) => text.slice(word.length + 1)).join("");
    expect(await numbers(bob)).to.equal("54321");
    expect(await numbers(ana)).to.equal("5321");
    expect(await numbers(eve)).to.equal("51");
    expect(await numbers(ana, { sender: bob.username.toUpperCase() })).to.equal("53");
    expect(await numbers(ana, { peer: bob.username })).to.equal("32");
    expect(await numbers(bob, { peer: bob.username })).to.equal("4");
    expect(await numbers(eve, { peer: bob.username })).to.equal("");
    expect(await numbers(eve, { sender: bob.username, peer: ana.username })).to.equal("");
    for (const name of ["nobody", "no name!", "%", "a\u0000b"]) {
      expect(await find(ana, { sender: name }), name).to.deep.equal({ messages: [], nextPageToken: "" });
      expect(await find(ana, { peer: name }), name).to.deep.equal({ messages: [], nextPageToken: "" });
    }
    const { sentAt: since } = first;
    const until = new Date(Number(last.sentAt) + 1);
    expect(await numbers(bob, { since, until })).to.equal("54321");
    expect(await numbers(bob, { until: since })).to.equal("");
    expect(await numbers(bob, { since: until })).to.equal("");
  });

  it("pages lead to every message once, while others arrive and the last ones of pages are deleted", async () => {
    for (let i = 1; i <= 60; i += 1) anas.send(sendAll(`${word} ${i}`), `${word} ${i}`);
    await anas.reply(`${word} 60`);
    const before = await found(bob, 60);
    expect(new Set(before.map(({ id }) => id)).size).to.equal(60);
    let pages = 0;
    const deleted: bigint[] = [];
    const seen = await searchAll(wire, bob.token, { query: word, pageSize: 7 }, async () => {
      const last = before[7 * pages + 6];
      pages += 1;
      await bobs.accept(sendAll(`${word} later ${pages}`));
      if (last === undefined) return;
      await anas.accept(remove(last.id));
      deleted.push(last.id);
    });
    expect(seen).to.deep.equal(before);
    expect(pages).to.equal(9);
    const after = await found(bob, 60 + pages - deleted.length);
    expect(after.filter(({ id }) => deleted.includes(id))).to.deep.equal([]);
  });

  it("a page token is good with any page_size and after a restart, and not for another query, filter or account", async () => {
    for (let i = 1; i <= 30; i += 1) anas.send(sendAll(`${word} ${i}`), `${word} ${i}`);
    await anas.reply(`${word} 30`);
    await found(bob, 30);
    const { nextPageToken: pageToken } = await find(bob);
    await server.restart();
    wire = await server.connect();
    expect(await texts(bob, { pageToken, pageSize: 1 })).to.deep.equal([`${word} 10`]);
    expect((await find(bob, { pageToken, pageSize: 100 })).messages.length).to.equal(10);
    const others: [Person, Partial<SearchRequest>][] = [
      [ana, {}],
      [bob, { query: `${word} ` }],
      [bob, { query: "another" }],
      [bob, { sender: ana.username }],
      [bob, { peer: ana.username }],
      [bob, { since: new Date(0) }],
      [bob, { until: new Date() }],
      [bob, { pageToken: `${pageToken}A` }],
      [bob, { pageToken: "A".repeat(32) }],
      [bob, { pageToken: "\u0000" }],
    ];
    for (const [who, more] of others) {
      const ending = await failure(find(who, { pageToken, ...more }));
      expectFailed(ending, "INVALID_ARGUMENT", "PAGE_TOKEN_INVALID");
      expect(ending.details?.badFields).to.deep.equal(["page_token"]);
    }
  });

  it("any text is a query: it finds messages, or is refused with QUERY_INVALID", async () => {
    await anas.accept(sendAll("a message with 'word', word:x and 100 %"));
    await eventually(async () => {
      const messages = await searchUnlessBuilding(wire, eve.token, { query: "'word'" });
      return messages?.length === 1;
    }, "the message");
    for (const query of ODD_QUERIES) {
      const ending = await find(eve, { query }).then(() => undefined, endingOf);
      if (ending === undefined) continue;
      expectFailed(ending, "INVALID_ARGUMENT", "QUERY_INVALID");
      expect(ending.details?.badFields, query).to.deep.equal(["query"]);
    }
    expect(await texts(eve, { query: "with:word & 100" })).to.have.length(1);
    // Words that the index has for itself: nobody wrote them.
    for (const query of ["p", "s1", "0:p", "audience:p"]) expect(await texts(eve, { query }), query).to.deep.equal([]);
    for (const query of ["word ".repeat(10_000), "x".repeat(1_025), "word ".repeat(33), "%", "", "\u0000", '"word']) {
      const ending = await failure(find(eve, { query }));
      expectFailed(ending, "INVALID_ARGUMENT", "QUERY_INVALID");
    }
    const farAway = new Date(253_402_300_800_000);
    for (const field of ["since", "until"] as const) {
      const ending = await failure(find(eve, { [field]: farAway }));
      expectFailed(ending, "INVALID_ARGUMENT", "QUERY_INVALID");
      expect(ending.details?.badFields).to.deep.equal([field]);
    }
  });

  it("some of 100 searches of one account at once are refused with a wait, and the others are carried out", async () => {
    await anas.accept(sendAll(word));
    await found(bob, 1);
    const answers: string[][] = [];
    const refusals: Ending[] = [];
    const searchOnce = () =>
      texts(bob).then(
        (answer) => answers.push(answer),
        (error) => refusals.push(endingOf(error)),
      );
    await Promise.all(Array.from({ length: 100 }, searchOnce));
    expect(answers.length).to.be.at.least(4);
    for (const answer of answers) expect(answer).to.deep.equal([word]);
    expect(refusals.length).to.be.at.least(1);
    for (const refused of refusals) {
      expectFailed(refused, "RESOURCE_EXHAUSTED", "OVERLOADED");
      expect(refused.details?.retryAfterMs).to.be.above(0);
    }
    await bobs.accept(sendAll(`${word} still here`));
    await found(bob, 2);
  });

  it("Search needs a token of a session", async () => {
    const ending = await failure(wire.search("nonsense", { query: word }));
    expectFailed(ending, "UNAUTHENTICATED", "SESSION_INVALID");
  });
});
