import { expect } from "chai";
import {
  type ChatClient,
  ChatError,
  connect,
  type Message,
  type SearchOptions,
  Status,
} from "../../src/client/index.ts";
import { readSearch } from "../../src/client/search.ts";
import type { Accepted, SearchResponse, Message as WireMessage } from "../../src/gen/obrolan/v1/chat.ts";
import { sendAll, sendTo } from "../support/commands.ts";
import { eventually } from "../support/eventLoop.ts";
import { type Person, useServer } from "../support/server.ts";

const AT = new Date("2026-11-30T12:00:00.000Z");

function wire(id: bigint): WireMessage {
  return { id, sender: "ani", recipient: "", text: `text ${id}`, sentAt: AT, editedAt: undefined, replyTo: 0n };
}

/** The pages of a search, and the tokens of those that were fetched. Each page's token is its index; the first one's "". */
function found(...pages: readonly bigint[][]) {
  const fetched: string[] = [];
  const fetchPage = async (pageToken: string): Promise<SearchResponse> => {
    fetched.push(pageToken);
    const index = Number(pageToken);
    const messages = (pages[index] ?? []).map(wire);
    return { messages, nextPageToken: index + 1 < pages.length ? String(index + 1) : "" };
  };
  return { fetched, fetchPage };
}

async function idsOf(search: AsyncIterable<Message>, count = Number.POSITIVE_INFINITY): Promise<bigint[]> {
  const ids: bigint[] = [];
  for await (const { id } of search) if (ids.push(id) >= count) break;
  return ids;
}

describe("readSearch", () => {
  it("the messages come in the order of the server, over all pages", async () => {
    const { fetchPage, fetched } = found([9n, 7n], [4n, 3n], [1n]);
    expect(await idsOf(readSearch(fetchPage))).to.deep.equal([9n, 7n, 4n, 3n, 1n]);
    expect(fetched).to.deep.equal(["", "1", "2"]);
  });

  it("an empty page with a token is not the last one", async () => {
    expect(await idsOf(readSearch(found([9n], [], [3n]).fetchPage))).to.deep.equal([9n, 3n]);
    expect(await idsOf(readSearch(found([]).fetchPage))).to.deep.equal([]);
  });

  it("a page is fetched only when its first message is taken", async () => {
    const { fetchPage, fetched } = found([9n, 7n], [4n]);
    const search = readSearch(fetchPage);
    expect(fetched).to.deep.equal([]);
    await idsOf(search, 2);
    expect(fetched).to.deep.equal([""]);
    expect((await search.next()).done, "a loop that has ended ends the search").to.equal(true);
    expect(fetched).to.deep.equal([""]);
  });

  it("a message has the fields of a message event, but no kind", async () => {
    const { value } = await readSearch(found([1n]).fetchPage).next();
    expect(value).to.deep.equal({
      id: 1n,
      sender: "ani",
      recipient: "",
      text: "text 1",
      sentAt: AT,
      editedAt: undefined,
      replyTo: undefined,
    });
  });

  it("a page that fails ends the iteration with its error", async () => {
    const failure = new ChatError(Status.UNAVAILABLE, "wait", { reason: "INDEX_BUILDING", retryAfterMs: 1000 });
    const search = readSearch(async () => Promise.reject(failure));
    expect(await search.next().catch((error: unknown) => error)).to.equal(failure);
    expect((await search.next()).done).to.equal(true);
  });

  it("an abort ends the iteration with a ChatError, also within a page", async () => {
    const abort = new AbortController();
    const search = readSearch(found([9n, 7n]).fetchPage, abort.signal);
    await search.next();
    abort.abort();
    const error = await search.next().catch((error: unknown) => error);
    expect(error).to.be.instanceOf(ChatError).and.include({ code: Status.CANCELLED });
  });
});

describe("client.search", () => {
  const server = useServer();
  let ani: Person;
  let budi: Person;
  let client: ChatClient;
  let first: Accepted;
  let second: Accepted;
  let secret: Accepted;

  beforeEach(async () => {
    [ani, budi] = await server.people("ani", "budi");
    client = connect({ address: `127.0.0.1:${server.port}` });
    const [fromAni, fromBudi] = [await server.enter(ani), await server.enter(budi)];
    const word = ani.username.replace("-", "");
    first = await fromAni.accept(sendAll(`${word} one`));
    // The times of the messages are to differ.
    while (Date.now() <= Number(first.sentAt)) await new Promise(setImmediate);
    second = await fromBudi.accept(sendAll(`${word} two`));
    while (Date.now() <= Number(second.sentAt)) await new Promise(setImmediate);
    secret = await fromBudi.accept(sendTo(ani.username, `${word} three`));
    await eventually(async () => (await found()).length === 3, "the messages to be found");
  });

  afterEach(() => client.close());

  /** The ids of the messages that ani finds. */
  function found(options: SearchOptions = {}): Promise<bigint[]> {
    return idsOf(client.search(ani.token, ani.username.replace("-", ""), options));
  }

  it("the messages come from the newest to the oldest, with any size of the pages", async () => {
    for (const pageSize of [undefined, 1, 2, 1000]) {
      expect(await found({ pageSize })).to.deep.equal([secret.id, second.id, first.id]);
    }
  });

  it("sender and peer select messages, and an unknown name finds nothing", async () => {
    expect(await found({ sender: ani.username })).to.deep.equal([first.id]);
    expect(await found({ sender: budi.username, peer: budi.username })).to.deep.equal([secret.id]);
    expect(await found({ sender: "nobody-at-all" })).to.deep.equal([]);
  });

  it("since is included, until is excluded, and both may lie before 1970", async () => {
    expect(await found({ since: second.sentAt, until: secret.sentAt, pageSize: 1 })).to.deep.equal([second.id]);
    expect(await found({ since: new Date(-1) })).to.have.length(3);
    expect(await found({ until: new Date(-1) })).to.deep.equal([]);
  });

  it("a query without words throws a ChatError with the reason, and the sentence does not repeat it", async () => {
    const error = await idsOf(client.search(ani.token, "?!?!")).catch((error: unknown) => error);
    expect(error).to.be.instanceOf(ChatError).and.include({ code: Status.INVALID_ARGUMENT, reason: "QUERY_INVALID" });
    expect((error as ChatError).message).not.to.contain("?!");
  });
});
