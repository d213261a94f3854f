import { expect } from "chai";
import fc from "fast-check";
import { type Message, timeOf } from "../../../src/server/log/entry.ts";
import { messageOf } from "../../../src/server/log/ports/logStore.ts";
import {
  deletion,
  draft,
  edit,
  enlist,
  headOf,
  type NewStoreFixture,
  NOON,
  type Person,
  post,
  range,
  readAfter,
  signIn,
  useEmptyStore,
} from "../../support/storeFixture.ts";
import { anyCommand, LogModel } from "./model.ts";

/** Edits and deletions: their entries, what they do to a message, and what refuses them. */
export function describeChanges(newFixture: NewStoreFixture): void {
  describe("edits and deletions", () => {
    const store = useEmptyStore(newFixture);
    let ana: Person;
    let bob: Person;
    let eve: Person;
    let head: number;
    beforeEach(async () => {
      [ana, bob, eve] = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
      head = await headOf(store.log);
    });

    const kinds = async (...batch: Parameters<typeof store.log.append>[0]) =>
      (await store.log.append(batch)).map(({ kind }) => kind);
    const erased = (id: number, at = NOON) => ({ kind: "erased", id, at });
    const deleted = (id: number, messageId: number, { at = NOON, to = 0 } = {}) => {
      const [byId, by] = [ana.accountId, ana.username];
      return { kind: "deleted", id, messageId, senderId: byId, recipientId: to, deletedAt: at, byId, by };
    };

    it("an edit replaces the text of a message, and is an entry of its own", async () => {
      const hello = draft(ana, "hello", { to: bob, requestId: "r", at: NOON + 1 });
      const id = await post(store.log, hello);
      const message = { ...messageOf(hello, id, NOON + 1), text: "Hello!", editId: id + 1, editedAt: NOON + 2 };
      const entry = { kind: "edited", id: id + 1, message };
      expect(await store.log.append([edit(ana, id, "Hello!", { at: NOON + 2 })])).to.deep.equal([
        { kind: "appended", entry },
      ]);
      expect(await readAfter(store.log, head)).to.deep.equal([message, entry]);
    });

    it("a later edit supersedes an earlier one, whose id remains unused", async () => {
      const hello = draft(ana, "1", { at: NOON + 1 });
      const id = await post(store.log, hello);
      await store.log.append([edit(ana, id, "2", { at: NOON + 2 }), edit(ana, id, "3", { at: NOON + 3 })]);
      const message = { ...messageOf(hello, id, NOON + 1), text: "3", editId: id + 2, editedAt: NOON + 3 };
      const entry = { kind: "edited", id: id + 2, message };
      expect(await readAfter(store.log, head)).to.deep.equal([message, erased(id + 1, NOON + 2), entry]);
      await store.reopen();
      expect(await readAfter(store.log, head)).to.deep.equal([message, erased(id + 1, NOON + 2), entry]);
    });

    it("an edit to the text that is already there is an ordinary entry", async () => {
      const id = await post(store.log, draft(ana, "hello"));
      await post(store.log, edit(ana, id, "hello", { at: NOON + 1 }));
      const [message] = await store.log.read(id, id);
      expect(message).to.include({ text: "hello", editId: id + 1, editedAt: NOON + 1 });
    });

    it("a deletion erases a message and its edits, and is an entry of its own", async () => {
      const id = await post(store.log, draft(ana, "1", { to: bob }));
      await store.log.append([edit(ana, id, "2"), edit(ana, id, "3")]);
      const entry = deleted(id + 3, id, { at: NOON + 4, to: bob.accountId });
      expect(await store.log.append([deletion(ana, id, { at: NOON + 4 })])).to.deep.equal([
        { kind: "appended", entry },
      ]);
      const entries = [erased(id), erased(id + 1), erased(id + 2), entry];
      expect(await readAfter(store.log, head)).to.deep.equal(entries);
      await store.reopen();
      expect(await readAfter(store.log, head)).to.deep.equal(entries);
    });

    it("each draft of a batch sees the drafts before it, also the messages that the batch appends", async () => {
      expect(
        await kinds(
          draft(ana, "1"),
          edit(ana, head + 1, "2"),
          deletion(ana, head + 1),
          edit(ana, head + 1, "3"),
          deletion(ana, head + 1),
          draft(ana, "4"),
          edit(ana, head + 5, "5"),
          edit(ana, head + 4, "6"),
        ),
      ).to.deep.equal([
        "appended",
        "appended",
        "appended",
        "message-unknown",
        "message-unknown",
        "appended",
        "message-unknown",
        "appended",
      ]);
      const entries = await readAfter(store.log, head);
      expect(entries.map(({ id, kind }) => [id - head, kind])).to.deep.equal([
        [1, "erased"],
        [2, "erased"],
        [3, "deleted"],
        [4, "message"],
        [5, "edited"],
      ]);
      expect(entries[3]).to.include({ text: "6", editId: head + 5 });
    });

    it("a change of an id that is no visible message is message-unknown, and leaves no gap in the ids", async () => {
      const notes = await post(store.log, draft(bob, "to himself", { to: bob }));
      const toEve = await post(store.log, draft(bob, "to eve", { to: eve }));
      const gone = await post(store.log, draft(ana, "gone"));
      const edited = await post(store.log, draft(ana, "edited"));
      const editId = await post(store.log, edit(ana, edited, "twice"));
      const deletionId = await post(store.log, deletion(ana, gone));
      const unknown = [-1, 0, notes, toEve, gone, editId, deletionId, deletionId + 1, deletionId + 1_000, 2 ** 53 - 1];
      for (const id of unknown) {
        expect(await kinds(edit(ana, id, "never"), deletion(ana, id)), `id ${id}`).to.deep.equal([
          "message-unknown",
          "message-unknown",
        ]);
      }
      expect(await headOf(store.log)).to.equal(deletionId);
    });

    it("a change of a visible message of another account is not-the-sender, for its recipient too", async () => {
      const [toAll, toBob] = [
        await post(store.log, draft(ana, "1")),
        await post(store.log, draft(ana, "2", { to: bob })),
      ];
      expect(await kinds(edit(bob, toAll, "never"), deletion(bob, toAll))).to.deep.equal([
        "not-the-sender",
        "not-the-sender",
      ]);
      expect(await kinds(edit(bob, toBob, "never"), deletion(bob, toBob))).to.deep.equal([
        "not-the-sender",
        "not-the-sender",
      ]);
      expect(await kinds(edit(eve, toBob, "never"), deletion(eve, toBob))).to.deep.equal([
        "message-unknown",
        "message-unknown",
      ]);
      expect((await readAfter(store.log, head)).map((entry) => (entry as Message).text)).to.deep.equal(["1", "2"]);
    });

    it("every session of the sender may change a message, and an ended one may not", async () => {
      const id = await post(store.log, draft(ana, "hello"));
      const phone = await signIn(store, ana);
      expect(await kinds(edit(phone, id, "from the phone"))).to.deep.equal(["appended"]);
      await store.sessions.end(phone.sessionId, false);
      expect(await kinds(edit(phone, id, "never"), deletion(phone, 0))).to.deep.equal([
        "session-ended",
        "session-ended",
      ]);
      expect(await store.log.read(id, id)).to.have.nested.property("[0].text", "from the phone");
    });

    it("the request id is checked before the message", async () => {
      const id = await post(store.log, draft(ana, "hello", { requestId: "m" }));
      const removal = deletion(ana, id, { requestId: "d" });
      expect(await kinds(removal, removal, edit(ana, id, "late", { requestId: "m" }))).to.deep.equal([
        "appended",
        "duplicate",
        "reused",
      ]);
      expect(await kinds(deletion(bob, id, { requestId: "b" }), deletion(ana, id, { requestId: "m" }))).to.deep.equal([
        "message-unknown",
        "reused",
      ]);
    });

    it("a repeated edit or deletion is a duplicate, with the id and time of the first one", async () => {
      const id = await post(store.log, draft(ana, "1"));
      const change = edit(ana, id, "2", { requestId: "e", at: NOON + 1 });
      const removal = deletion(ana, id, { requestId: "d", at: NOON + 2 });
      const editedAgain = { kind: "duplicate", id: id + 1, sentAt: NOON + 1 };
      const [, again] = await store.log.append([change, { ...change, at: NOON + 5 }]);
      expect(again).to.deep.equal(editedAgain);
      const outcomes = await store.log.append([removal, change, removal]);
      expect(outcomes.slice(1)).to.deep.equal([editedAgain, { kind: "duplicate", id: id + 2, sentAt: NOON + 2 }]);
    });

    it("a change whose draft was refused does not use up its request id", async () => {
      const id = await post(store.log, draft(bob, "hello"));
      expect(
        await kinds(edit(ana, id, "never", { requestId: "r" }), draft(ana, "mine", { requestId: "r" })),
      ).to.deep.equal(["not-the-sender", "appended"]);
    });

    it("a truncated message cannot be changed, its edit is erased, and its deletion remains", async () => {
      const [edited, gone] = [
        await post(store.log, draft(ana, "1")),
        await post(store.log, draft(ana, "2", { to: bob })),
      ];
      await store.log.append([edit(ana, edited, "1, edited"), deletion(ana, gone), draft(ana, "3")]);
      await store.log.truncate(gone + 1);
      expect(await kinds(edit(ana, edited, "never"), deletion(ana, edited))).to.deep.equal([
        "message-unknown",
        "message-unknown",
      ]);
      const [first, second, third] = await readAfter(store.log, head);
      expect(first).to.deep.equal(erased(gone + 1));
      expect(second).to.deep.equal(deleted(gone + 2, gone, { to: bob.accountId }));
      expect(third).to.include({ kind: "message", text: "3" });
    });

    it("a truncation leaves the messages after it, and their edits, as they are", async () => {
      const id = await post(store.log, draft(ana, "1"));
      await store.log.append([draft(ana, "2"), edit(ana, id + 1, "2, edited"), edit(ana, id + 1, "2, edited twice")]);
      await store.log.truncate(id + 1);
      const [message, superseded, newest] = await readAfter(store.log, head);
      expect(message).to.include({ id: id + 1, text: "2, edited twice", editId: id + 3 });
      expect(superseded).to.include({ kind: "erased", id: id + 2 });
      expect(newest).to.deep.equal({ kind: "edited", id: id + 3, message });
    });

    it("a message can be edited a hundred times, to longer and shorter texts", async () => {
      const id = await post(store.log, draft(ana, "0", { requestId: "r" }));
      const lengths = range(1, 100).map((i) => (i * 7_919) % 9_973);
      await store.log.append(lengths.map((length, i) => edit(ana, id, `${i}`.padEnd(length, "\u00e9"))));
      const entries = await readAfter(store.log, head);
      expect(entries[0]).to.include({ text: "99".padEnd(lengths[99] ?? 0, "\u00e9"), editId: id + 100 });
      expect(entries.slice(1, -1).every(({ kind }) => kind === "erased")).to.equal(true);
      expect(entries.at(-1)).to.deep.equal({ kind: "edited", id: id + 100, message: entries[0] });
    });
  });

  describe("edits and deletions in an empty log", () => {
    const store = useEmptyStore(newFixture);

    it("a change of the only message works, and one in an empty log is message-unknown", async () => {
      const ana = await enlist(store, "ana");
      const kinds = async () => (await store.log.append([edit(ana, 1, "2"), deletion(ana, 1)])).map(({ kind }) => kind);
      expect(await kinds()).to.deep.equal(["message-unknown", "message-unknown"]);
      await post(store.log, draft(ana, "1"));
      expect(await kinds()).to.deep.equal(["appended", "appended"]);
      expect(await store.log.state()).to.include({ headId: 3, oldestId: 1 });
      await store.log.truncate(4);
      await store.reopen();
      expect(await store.log.state()).to.include({ headId: 3, oldestId: 4 });
      expect(await post(store.log, draft(ana, "next"))).to.equal(4);
    });

    it("a log agrees with a model over random commands, truncations and restarts", async () => {
      const people = [await enlist(store, "ana"), await enlist(store, "bob"), await enlist(store, "eve")];
      const model = new LogModel({ headId: 0 });
      const step = fc.record({
        commands: fc.array(anyCommand(people), { minLength: 1, maxLength: 12 }),
        truncate: fc.option(fc.integer({ min: 0, max: 20 }), { freq: 4, nil: undefined }),
        restart: fc.nat({ max: 9 }).map((n) => n === 9),
      });
      await fc.assert(
        fc.asyncProperty(step, async ({ commands, truncate, restart }) => {
          const batch = commands.map((command) => command(model));
          const expected = model.append(batch);
          expect(await store.log.append(batch)).to.deep.equal(expected);
          if (truncate !== undefined) {
            await store.log.truncate(model.headId - truncate);
            model.truncate(model.headId - truncate);
          }
          if (restart) await store.reopen();
          const entries = await readAfter(store.log, 0);
          expect(entries).to.deep.equal(model.entries);
          expect(entries.map(timeOf)).to.deep.equal(entries.map(timeOf).sort((a, b) => a - b));
        }),
        { numRuns: 60 },
      );
    });
  });
}
