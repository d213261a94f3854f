import { expect } from "chai";
import { timeOf } from "../../../src/server/log/entry.ts";
import { contentOf } from "../../../src/server/log/ports/logStore.ts";
import {
  deletion,
  draft,
  edit,
  enlist,
  headOf,
  idsAfter,
  messagesAfter,
  type Person,
  post,
  range,
  readAfter,
  signIn,
} from "../../support/storeFixture.ts";
import { type NewSharedFixture, type SharedStore, useNodes, whilst } from "./nodes.ts";

/** Tests the contract of `LogStore` (src/server/log/ports/logStore.ts) between nodes that share a store. */
export function describeSharedLog(name: string, newFixture: NewSharedFixture): void {
  describe(`The log that nodes share in ${name}`, () => {
    const nodes = useNodes(newFixture, 4);
    /** A user on each node. */
    let people: Person[];
    beforeEach(async () => {
      people = await Promise.all(nodes.map((node, i) => enlist(node, `user-${i}`)));
    });
    const node = (i: number) => nodes[i] as SharedStore;
    const person = (i: number) => people[i] as Person;

    it("all nodes see the same log", async () => {
      const states = await Promise.all(nodes.map(({ log }) => log.state()));
      expect(new Set(states.map(({ logId }) => logId)).size).to.equal(1);
      const id = await post(node(0).log, draft(person(0), "hello"));
      for (const { log } of nodes) {
        expect(await headOf(log)).to.equal(id);
        expect((await log.read(id, id))[0]).to.include({ text: "hello", sender: person(0).username });
      }
    });

    it("concurrent appends of several nodes get dense ids, and a reader of an id sees all earlier ones", async () => {
      const BATCHES = 40;
      const { logId } = await node(0).log.state();
      const appendAll = async (i: number) => {
        const ids: number[] = [];
        for (const batch of range(1, BATCHES)) {
          const drafts = range(1, (batch % 5) + 1).map((j) => draft(person(i), `${batch}.${j}`));
          for (const outcome of await node(i).log.append(drafts)) {
            if (outcome.kind === "appended") ids.push(outcome.entry.id);
          }
        }
        return ids;
      };
      const [writers, readers] = [range(0, 2), range(2, 3)];
      const appends = Promise.all(writers.map(appendAll));
      const watch = async (i: number) => {
        let known = 0;
        await whilst(appends, async () => {
          const head = await headOf(node(i).log);
          const seen = await node(i).log.read(known + 1, known + 500);
          expect(seen.map(({ id }) => id)).to.deep.equal(range(known + 1, known + seen.length));
          known += seen.length;
          expect(known, "the newest id that was read, and the head before the read").to.be.at.least(head);
        });
      };
      const [ids] = await Promise.all([appends, ...readers.map(watch)]);
      expect(ids.flat().sort((a, b) => a - b)).to.deep.equal(range(1, 3 * BATCHES * 3));
      // The log id is the old one: no node that read during an append took that for a log regression.
      expect(await node(0).log.state()).to.deep.equal({ logId, headId: 3 * BATCHES * 3, oldestId: 1 });
      const messages = await messagesAfter(node(0).log, 0);
      for (const i of writers) {
        const mine = messages.filter(({ senderId }) => senderId === person(i).accountId);
        expect(mine.map(({ id }) => id)).to.deep.equal(ids[i]);
        const texts = range(1, BATCHES).flatMap((batch) => range(1, (batch % 5) + 1).map((j) => `${batch}.${j}`));
        expect(mine.map(({ text }) => text)).to.deep.equal(texts);
      }
    });

    it("the time of entries does not fall, whatever the nodes' clocks say", async () => {
      for (const at of [5_000, 1_000, 9_000, 3_000]) {
        await Promise.all(nodes.map(({ log }, i) => log.append([draft(person(i), "-", { at: at + i })])));
      }
      const times = (await readAfter(node(0).log, 0)).map(timeOf);
      expect(times).to.deep.equal([...times].sort((a, b) => a - b));
      expect(times.at(-1)).to.equal(9_003);
    });

    it("a request id that several nodes append at once is appended once, and a duplicate for the others", async () => {
      const ana = person(0);
      for (const round of range(1, 25)) {
        const hello = draft(ana, "hello", { requestId: `r${round}` });
        const outcomes = (await Promise.all(nodes.map(({ log }) => log.append([hello])))).flat();
        const kinds = outcomes.map(({ kind }) => kind).sort();
        expect(kinds).to.deep.equal(["appended", "duplicate", "duplicate", "duplicate"]);
        for (const outcome of outcomes) {
          if (outcome.kind === "appended") expect(outcome.entry.id).to.equal(round);
          else expect(outcome).to.include({ id: round });
        }
      }
      expect(await idsAfter(node(0).log, 0)).to.deep.equal(range(1, 25));
    });

    it("one of several drafts with the same request id on different nodes is appended", async () => {
      const ana = person(0);
      for (const round of range(1, 25)) {
        const drafts = nodes.map((_, i) => draft(ana, `text ${i}`, { requestId: `r${round}` }));
        const outcomes = await Promise.all(
          nodes.map(async ({ log }, i) => (await log.append([drafts[i] as never]))[0]),
        );
        const kinds = outcomes.map((outcome) => outcome?.kind);
        expect(kinds.filter((kind) => kind === "appended")).to.have.length(1);
        expect(kinds.filter((kind) => kind === "reused")).to.have.length(nodes.length - 1);
        const found = drafts.map((each) => node(1).log.find(ana.accountId, `r${round}`, contentOf(each)));
        const known = (await Promise.all(found)).map((result) => result?.kind);
        expect(known).to.deep.equal(kinds.map((kind) => (kind === "appended" ? "duplicate" : "reused")));
      }
      expect(await idsAfter(node(0).log, 0)).to.deep.equal(range(1, 25));
    });

    it("no draft of a session is appended after its end has resolved on another node", async () => {
      for (const _ of range(1, 10)) {
        const phone = await signIn(node(0), person(0));
        const text = `of session ${phone.sessionId}`;
        let ended = false;
        let appended = 0;
        const appending = async (i: number) => {
          for (let last = ended; !last; ) {
            last = ended;
            const [outcome] = await node(i).log.append([draft(phone, text)]);
            if (last) expect(outcome).to.deep.equal({ kind: "session-ended" });
            if (outcome?.kind === "appended") appended += 1;
          }
        };
        const appends = Promise.all([appending(0), appending(1)]);
        await node(2).sessions.end(phone.sessionId, true);
        ended = true;
        await appends;
        const texts = (await messagesAfter(node(3).log, 0)).filter((message) => message.text === text);
        expect(texts).to.have.length(appended);
        people[0] = await signIn(node(0), person(0));
      }
    });

    it("one of several deletions of a message on different nodes is appended, and no edit after it", async () => {
      const ana = person(0);
      for (const _ of range(1, 15)) {
        const id = await post(node(0).log, draft(ana, "hello"));
        const outcomes = await Promise.all(
          nodes.map(({ log }, i) => log.append([deletion(ana, id), edit(ana, id, `by ${i}`)])),
        );
        const kinds = outcomes.map((batch) => batch.map(({ kind }) => kind).join()).sort();
        expect(kinds).to.deep.equal([
          "appended,message-unknown",
          ...range(2, nodes.length).map(() => "message-unknown,message-unknown"),
        ]);
        for (const { log } of nodes) {
          expect((await log.read(id, id + 9)).map(({ kind }) => kind)).to.deep.equal(["erased", "deleted"]);
        }
      }
    });

    it("all nodes agree on the newest text of a message that they edit and delete at once", async () => {
      const ana = person(0);
      for (const round of range(1, 15)) {
        const id = await post(node(0).log, draft(ana, "hello"));
        const outcomes = await Promise.all(
          nodes.map(({ log }, i) =>
            log.append([i === 3 && round % 3 === 0 ? deletion(ana, id) : edit(ana, id, `${i}`)]),
          ),
        );
        const entries = outcomes.flat().flatMap((outcome) => (outcome.kind === "appended" ? [outcome.entry] : []));
        const last = entries.reduce((a, b) => (a.id > b.id ? a : b));
        for (const { log } of nodes) {
          const [message, ...changes] = await log.read(id, id + 9);
          if (last.kind === "edited") expect(message).to.deep.equal(last.message);
          else expect(message).to.include({ kind: "erased" });
          expect(changes.at(-1)).to.deep.equal(last);
          for (const change of changes.slice(0, -1)) expect(change).to.include({ kind: "erased" });
        }
      }
    });

    it("no node reads the entry of an edit with an older text of its message, during edits by another node", async () => {
      const ana = person(0);
      const id = await post(node(0).log, draft(ana, "0"));
      const edits = (async () => {
        for (const i of range(1, 60)) await node(0).log.append([edit(ana, id, `${i}`)]);
      })();
      await whilst(edits, async () => {
        const entries = await node(1).log.read(id, id + 100);
        const [message] = entries;
        const newest = entries.filter(({ kind }) => kind === "edited");
        expect(newest.length).to.equal(entries.length > 1 ? 1 : 0);
        if (newest[0]?.kind === "edited") expect(newest[0].message).to.deep.equal(message);
        expect(message).to.include({ kind: "message", text: `${entries.length - 1}` });
      });
    });

    it("ids stay dense if one node truncates while others append", async () => {
      const appends = Promise.all(
        range(0, 2).map(async (i) => {
          for (const batch of range(1, 25))
            await node(i).log.append(range(1, 4).map((j) => draft(person(i), `${batch}.${j}`)));
        }),
      );
      let oldest = 1;
      await whilst(appends, async () => {
        const { headId } = await node(3).log.state();
        await node(3).log.truncate(headId - 10);
        const state = await node(2).log.state();
        expect(state.oldestId).to.equal(Math.max(oldest, headId - 10));
        oldest = state.oldestId;
        const kept = await node(1).log.read(state.oldestId, state.headId);
        expect(kept.map(({ id }) => id)).to.deep.equal(range(state.oldestId, state.headId));
      });
      expect(await headOf(node(0).log)).to.equal(300);
      expect(await idsAfter(node(0).log, 0)).to.deep.equal(range(oldest, 300));
    });

    it("concurrent truncations by several nodes have the result of the farthest one", async () => {
      await node(0).log.append(range(1, 50).map((i) => draft(person(0), `${i}`)));
      await Promise.all(nodes.flatMap(({ log }, i) => range(1, 10).map((j) => log.truncate(j * 4 + i))));
      for (const { log } of nodes) expect(await log.state()).to.include({ headId: 50, oldestId: 43 });
      expect(await idsAfter(node(0).log, 0)).to.deep.equal(range(43, 50));
    });
  });
}
