import { expect } from "chai";
import { ChatError, type Message, type RoomEvent, RoomView, Status, type ViewChange } from "../../src/client/index.ts";

const LIMITS = { maxTextBytes: 0, messagesPerSecond: 0, burst: 0, maxRecent: 0 };

function message(id: bigint, text = `text ${id}`, editedAt?: number): Message {
  return {
    id,
    sender: "ani",
    recipient: "",
    text,
    sentAt: new Date(Number(id)),
    editedAt: editedAt === undefined ? undefined : new Date(editedAt),
    replyTo: undefined,
  };
}

const posted = (id: bigint, text?: string, editedAt?: number): RoomEvent => {
  return { kind: "message", ...message(id, text, editedAt), replayed: false };
};

const edited = (id: bigint, messageId: bigint, text: string, at = Number(id)): RoomEvent => {
  return { kind: "edited", id, messageId, text, editedAt: new Date(at), replayed: false };
};

const deleted = (id: bigint, messageId: bigint): RoomEvent => {
  return { kind: "deleted", id, messageId, deletedAt: new Date(Number(id)), by: "ani", replayed: false };
};

const gap = (oldestId: bigint): RoomEvent => ({ kind: "gap", oldestId, missed: true });

const connected = (more: { logId?: string; again?: boolean; logChanged?: boolean } = {}): RoomEvent => {
  const known = { username: "ani", headId: 0n, readUpTo: 0n, limits: LIMITS, serverVersion: "" };
  return { kind: "connected", ...known, logId: "log", again: false, logChanged: false, ...more };
};

const caughtUp: RoomEvent = { kind: "caughtUp", id: 0n, again: false };

/** A view of a room that has caught up and yielded these messages, and the changes since then. */
function viewWith(ids: readonly bigint[], maxMessages?: number) {
  const view = new RoomView({ maxMessages });
  for (const event of [connected(), ...ids.map((id) => posted(id)), caughtUp]) view.apply(event);
  const changes: ViewChange[] = [];
  view.onChange((change) => changes.push(change));
  return { view, changes };
}

const idsOf = (messages: readonly Message[]) => messages.map(({ id }) => id);
const textsOf = (view: RoomView) => view.messages.map(({ text }) => text);

async function* history(...messages: Message[]): AsyncGenerator<Message, void> {
  yield* messages;
}

/** A history whose first call waits until `answer` is called. */
function slowHistory() {
  let answer = (_messages: Message[]) => {};
  const answered = new Promise<Message[]>((resolve) => {
    answer = resolve;
  });
  async function* pages(): AsyncGenerator<Message, void> {
    yield* await answered;
  }
  return { pages: pages(), answer: (...messages: Message[]) => answer(messages) };
}

const NOTHING = { cleared: false, added: [], edited: [], removed: [] };

describe("RoomView", () => {
  it("messages are added, edited and removed, and a listener learns of each change", () => {
    const { view, changes } = viewWith([1n, 2n]);
    view.apply(posted(3n, "three"));
    view.apply(edited(4n, 2n, "two"));
    view.apply(deleted(5n, 1n));
    expect(textsOf(view)).to.deep.equal(["two", "three"]);
    expect(view.get(2n)).to.deep.equal(message(2n, "two", 4));
    expect(view.get(1n)).to.equal(undefined);
    expect(changes).to.deep.equal([
      { ...NOTHING, added: [message(3n, "three")] },
      { ...NOTHING, edited: [message(2n, "two", 4)] },
      { ...NOTHING, removed: [message(1n)] },
    ]);
  });

  it("a message is stored without what only its event has", () => {
    expect(viewWith([1n]).view.messages).to.deep.equal([message(1n)]);
  });

  it("an edit or a deletion of a message that the view does not hold changes nothing", () => {
    const { view, changes } = viewWith([5n]);
    view.apply(edited(6n, 2n, "two"));
    view.apply(deleted(7n, 3n));
    expect(changes).to.deep.equal([]);
  });

  it("events that do not concern the messages change nothing", () => {
    const { view, changes } = viewWith([1n]);
    const before = view.messages;
    view.apply({ kind: "presence", joined: ["budi"], left: [], reset: false });
    view.apply({ kind: "read", upToId: 1n });
    view.apply(connected({ again: true }));
    view.apply(caughtUp);
    expect(changes).to.deep.equal([]);
    expect(view.messages).to.equal(before);
  });

  it("an array of messages stays as it is when the view changes", () => {
    const { view } = viewWith([1n]);
    const before = view.messages;
    view.apply(edited(2n, 1n, "better"));
    expect(before).to.deep.equal([message(1n)]);
    expect(view.messages).not.to.equal(before);
  });

  it("a full view removes its oldest message for a new one", () => {
    const { view, changes } = viewWith([1n, 2n, 3n], 3);
    view.apply(posted(4n));
    expect(idsOf(view.messages)).to.deep.equal([2n, 3n, 4n]);
    expect(changes).to.deep.equal([{ ...NOTHING, added: [message(4n)], removed: [message(1n)] }]);
  });

  it("a gap clears the view", () => {
    const { view, changes } = viewWith([1n, 2n]);
    view.apply(gap(50n));
    view.apply(posted(50n));
    expect(idsOf(view.messages)).to.deep.equal([50n]);
    expect(changes).to.deep.equal([
      { ...NOTHING, cleared: true },
      { ...NOTHING, added: [message(50n)] },
    ]);
  });

  it("another log clears the view, also if another room tells of it", () => {
    for (const event of [connected({ again: true, logChanged: true }), connected({ logId: "another log" })]) {
      const { view, changes } = viewWith([1n, 2n]);
      view.apply(event);
      expect(view.messages).to.deep.equal([]);
      expect(changes).to.deep.equal([{ ...NOTHING, cleared: true }]);
    }
  });

  it("a removed listener is not called any more", () => {
    const { view } = viewWith([1n]);
    const heard: ViewChange[] = [];
    const stop = view.onChange((change) => heard.push(change));
    view.apply(posted(2n));
    stop();
    view.apply(posted(3n));
    expect(heard).to.have.length(1);
  });

  it("a maximum that is not a whole number from 1 on is refused", () => {
    for (const maxMessages of [0, 1.5, -1, "5" as unknown as number]) {
      expect(() => new RoomView({ maxMessages }))
        .to.throw(ChatError, /^maxMessages is .*; it must be a whole number from 1 on\.$/)
        .with.property("code", Status.INVALID_ARGUMENT);
    }
    expect(() => new RoomView({ max: 5 } as object)).to.throw("Did you mean maxMessages?");
  });
});

describe("RoomView.prepend", () => {
  it("a page is added before the messages of the view, and told as one change in order of id", async () => {
    const { view, changes } = viewWith([7n]);
    expect(view.oldestId).to.equal(7n);
    expect(await view.prepend(history(message(5n), message(4n), message(2n)), 3)).to.equal(3);
    expect(idsOf(view.messages)).to.deep.equal([2n, 4n, 5n, 7n]);
    expect(changes).to.deep.equal([{ ...NOTHING, added: [message(2n), message(4n), message(5n)] }]);
    expect(view.oldestId).to.equal(2n);
  });

  it("at most `count` messages are taken, and hasOlder becomes false when the history ends before", async () => {
    const { view, changes } = viewWith([7n]);
    let taken = 0;
    async function* endless(): AsyncGenerator<Message, void> {
      for (let id = 6n; id > 0n; id--) {
        taken += 1;
        yield message(id);
      }
    }
    expect(await view.prepend(endless(), 2)).to.equal(2);
    expect(taken).to.equal(2);
    expect(view.hasOlder).to.equal(true);
    expect(await view.prepend(history(message(4n)), 2)).to.equal(1);
    expect(view.hasOlder).to.equal(false);
    expect(changes).to.have.length(2);
  });

  it("a listener learns of the beginning of the log although the page is empty", async () => {
    const { view, changes } = viewWith([7n]);
    expect(await view.prepend(history())).to.equal(0);
    expect(view.hasOlder).to.equal(false);
    expect(changes).to.deep.equal([NOTHING]);
  });

  it("a page takes only the space that the view has, so that the newest of the page are added", async () => {
    const { view } = viewWith([7n, 8n], 4);
    expect(await view.prepend(history(message(6n), message(5n), message(4n)))).to.equal(2);
    expect(idsOf(view.messages)).to.deep.equal([5n, 6n, 7n, 8n]);
    expect(view.hasOlder).to.equal(true);
  });

  it("a full view takes no page, and does not ask for one", async () => {
    const { view } = viewWith([7n, 8n], 2);
    const asked = history(message(6n));
    expect(await view.prepend(asked)).to.equal(0);
    expect((await asked.next()).done).to.equal(false);
  });

  it("a view takes no page before its room has caught up, and does not ask for one", async () => {
    const view = new RoomView();
    view.apply(connected());
    const asked = history(message(6n));
    expect(await view.prepend(asked)).to.equal(0);
    expect((await asked.next()).done).to.equal(false);
    view.apply(caughtUp);
    expect(await view.prepend(history(message(6n)))).to.equal(1);
  });

  it("an edit that came while the page was read is applied to the page", async () => {
    const { view } = viewWith([7n]);
    const { pages, answer } = slowHistory();
    const added = view.prepend(pages);
    view.apply(edited(8n, 5n, "better"));
    answer(message(6n), message(5n));
    expect(await added).to.equal(2);
    expect(textsOf(view)).to.deep.equal(["better", "text 6", "text 7"]);
  });

  it("a message of the page that has a newer edit keeps its text", async () => {
    const { view } = viewWith([7n]);
    view.apply(edited(8n, 5n, "better"));
    await view.prepend(history(message(5n, "best", 9)));
    expect(textsOf(view)).to.deep.equal(["best", "text 7"]);
    view.apply(edited(9n, 5n, "best"));
    expect(view.get(5n)).to.deep.equal(message(5n, "best", 9));
  });

  it("a message that was deleted before its page comes is not added", async () => {
    const { view } = viewWith([6n, 7n]);
    view.apply(deleted(8n, 6n));
    view.apply(deleted(9n, 5n));
    expect(await view.prepend(history(message(6n), message(5n), message(4n)))).to.equal(1);
    expect(idsOf(view.messages)).to.deep.equal([4n, 7n]);
  });

  it("a message that the view holds already is not added twice, and keeps its newest text", async () => {
    const { view, changes } = viewWith([6n, 7n]);
    view.apply(edited(8n, 6n, "better"));
    expect(await view.prepend(history(message(7n, "new", 20), message(6n), message(5n)))).to.equal(1);
    expect(textsOf(view)).to.deep.equal(["text 5", "better", "new"]);
    expect(changes.at(-1)).to.deep.equal({ ...NOTHING, added: [message(5n)], edited: [message(7n, "new", 20)] });
  });

  it("the event of a message that a page brought before replaces it if its edit is newer", async () => {
    const { view } = viewWith([]);
    await view.prepend(history(message(3n, "three", 10), message(2n, "two", 10), message(1n)));
    view.apply(posted(1n, "one", 9));
    view.apply(posted(2n, "old", 9));
    expect(textsOf(view)).to.deep.equal(["one", "two", "three"]);
  });

  it("a page is dropped if the view was cleared while it was read", async () => {
    for (const event of [gap(9n), connected({ again: true, logChanged: true })]) {
      const { view } = viewWith([7n]);
      const { pages, answer } = slowHistory();
      const added = view.prepend(pages);
      view.apply(event);
      answer(message(6n));
      expect(await added).to.equal(0);
      expect(view.messages).to.deep.equal([]);
      expect(view.hasOlder).to.equal(true);
    }
  });

  it("a page is dropped if the view lost the messages after it while it was read", async () => {
    const { view } = viewWith([5n, 6n], 3);
    const { pages, answer } = slowHistory();
    const added = view.prepend(pages);
    for (const event of [posted(7n), posted(8n), deleted(9n, 7n)]) view.apply(event);
    answer(message(4n));
    expect(await added).to.equal(0);
    expect(idsOf(view.messages)).to.deep.equal([6n, 8n]);
  });

  it("a page is dropped if more changes came while it was read than the view remembers", async () => {
    const { view } = viewWith([7n], 2);
    const { pages, answer } = slowHistory();
    const added = view.prepend(pages);
    for (const event of [deleted(8n, 6n), deleted(9n, 5n), deleted(10n, 4n)]) view.apply(event);
    answer(message(6n));
    expect(await added).to.equal(0);
    expect(await view.prepend(history(message(3n)))).to.equal(1);
  });

  it("a failed call rejects the promise and leaves the view as it is", async () => {
    const { view, changes } = viewWith([7n]);
    // biome-ignore lint/correctness/useYield: the first call fails.
    async function* failing(): AsyncGenerator<Message, void> {
      throw new ChatError(Status.UNAVAILABLE, "The store is unavailable.");
    }
    const error = await view.prepend(failing()).catch((error: unknown) => error);
    expect(error).to.be.instanceOf(ChatError);
    expect(changes).to.deep.equal([]);
    expect(view.hasOlder).to.equal(true);
  });

  it("a count that is not a whole number from 1 on is refused", async () => {
    const { view } = viewWith([7n]);
    const error = await view.prepend(history(), 0).catch((error: unknown) => error);
    expect(error)
      .to.be.instanceOf(ChatError)
      .with.property("message", "count is 0; it must be a whole number from 1 on.");
  });
});
