import { expect } from "chai";
import { readHistory } from "../../src/client/history.ts";
import { ChatError, type Message, Status } from "../../src/client/index.ts";
import type { HistoryResponse, Message as WireMessage } from "../../src/gen/obrolan/v1/chat.ts";

const AT = new Date("2026-11-30T12:00:00.000Z");

function wire(id: bigint): WireMessage {
  return { id, sender: "ani", recipient: "", text: `text ${id}`, sentAt: AT, editedAt: undefined, replyTo: 0n };
}

/** A log with the messages 1 to `head`, in pages of two, and the `beforeId` of each page that was fetched. */
function log(head: bigint) {
  const fetched: bigint[] = [];
  const fetchPage = async (beforeId: bigint): Promise<HistoryResponse> => {
    fetched.push(beforeId);
    const end = beforeId === 0n || beforeId > head ? head : beforeId - 1n;
    const messages = [end - 1n, end].filter((id) => id > 0n).map(wire);
    const oldest = messages[0]?.id ?? 0n;
    return { messages, nextBeforeId: oldest > 1n ? oldest : 0n };
  };
  return { fetched, fetchPage };
}

async function idsOf(history: AsyncIterable<Message>, count = Number.POSITIVE_INFINITY): Promise<bigint[]> {
  const ids: bigint[] = [];
  for await (const { id } of history) if (ids.push(id) >= count) break;
  return ids;
}

describe("readHistory", () => {
  it("the messages come from the newest to the oldest, over all pages", async () => {
    const { fetchPage, fetched } = log(5n);
    expect(await idsOf(readHistory(fetchPage))).to.deep.equal([5n, 4n, 3n, 2n, 1n]);
    expect(fetched).to.deep.equal([0n, 4n, 2n]);
  });

  it("an empty history yields nothing", async () => {
    expect(await idsOf(readHistory(log(0n).fetchPage))).to.deep.equal([]);
  });

  it("the first message is the newest one before beforeId", async () => {
    expect(await idsOf(readHistory(log(5n).fetchPage, 3n))).to.deep.equal([2n, 1n]);
    expect(await idsOf(readHistory(log(5n).fetchPage, 1_000n), 1)).to.deep.equal([5n]);
  });

  it("a page is fetched only when its first message is taken", async () => {
    const { fetchPage, fetched } = log(5n);
    const history = readHistory(fetchPage);
    expect(fetched).to.deep.equal([]);
    await idsOf(history, 2);
    expect(fetched).to.deep.equal([0n]);
    expect((await history.next()).done, "a loop that has ended ends the history").to.equal(true);
    expect(fetched).to.deep.equal([0n]);
  });

  it("a message has the fields of a message event, but no kind", async () => {
    const { value } = await readHistory(log(1n).fetchPage).next();
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

  it("an abort ends the iteration with a ChatError, also within a page", async () => {
    const abort = new AbortController();
    const history = readHistory(log(5n).fetchPage, undefined, abort.signal);
    await history.next();
    abort.abort();
    const error = await history.next().catch((error: unknown) => error);
    expect(error).to.be.instanceOf(ChatError).and.include({ code: Status.CANCELLED });
  });
});
