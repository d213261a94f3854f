import { expect } from "chai";
import fc from "fast-check";
import { contentOf } from "../../../src/server/log/ports/logStore.ts";
import {
  draft,
  edit,
  enlist,
  headOf,
  messagesAfter,
  type NewStoreFixture,
  NOON,
  post,
  useStore,
} from "../../support/storeFixture.ts";

const TEXTS: Readonly<Record<string, string>> = {
  "a byte order mark at the start": "\ufeffhello",
  "a byte order mark alone": "\ufeff",
  "a lone combining mark": "\u0301",
  "a composed letter, which must not be decomposed": "\u00e9",
  "a decomposed letter, which must not be composed": "e\u0301",
  "characters of four bytes": "\u{1f600}\u{10ffff}\u{1d11e}",
  "private-use characters and noncharacters": "\ue000\ufffe\uffff",
  "a replacement character": "\ufffd",
  "line ends of all kinds": "a\r\nb\nc\rd\u2028e\u2029f\u0085",
  "control characters": "\u0001\u001b[31m\u0007\u007f\u009b",
  "marks that change the direction of writing": "\u202eevil\u202c\u2066x\u2069",
  "white space at both ends": " \t\n hello \n\t ",
  "white space alone": " ",
  "characters that mean something in SQL": "'; DROP TABLE messages; -- \" ` $1 ?1 :a @b % _ \\",
  "a number with leading zeros": "007",
  "a number with an exponent": "1e5",
  "64 KiB of four-byte characters": "\u{1f600}".repeat(16_384),
};

/** The texts of messages: the store returns each exactly as it was appended. */
export function describeTexts(newFixture: NewStoreFixture): void {
  describe("the text of a message", () => {
    const store = useStore(newFixture);

    for (const [what, text] of Object.entries(TEXTS)) {
      it(`a text (${what}) comes back exactly as it was appended`, async () => {
        const ana = await enlist(store, "ana");
        const hello = draft(ana, text, { requestId: "r" });
        const id = await post(store.log, hello);
        expect(await store.log.read(id, id)).to.have.nested.property("[0].text", text);
        const known = { kind: "duplicate", id, sentAt: NOON };
        expect(await store.log.find(ana.accountId, "r", contentOf(hello))).to.deep.equal(known);
      });

      it(`the text of an edit (${what}) comes back exactly as it was appended`, async () => {
        const ana = await enlist(store, "ana");
        const id = await post(store.log, draft(ana, "before"));
        const change = edit(ana, id, text, { requestId: "r" });
        const editId = await post(store.log, change);
        expect((await messagesAfter(store.log, id - 1)).map((message) => message.text)).to.deep.equal([text]);
        expect(await store.log.read(editId, editId)).to.have.nested.property("[0].message.text", text);
        const known = { kind: "duplicate", id: editId, sentAt: NOON };
        expect(await store.log.find(ana.accountId, "r", contentOf(change))).to.deep.equal(known);
      });
    }

    it("a text of any Unicode but U+0000 comes back exactly as it was appended", async () => {
      const ana = await enlist(store, "ana");
      const anyText = fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).filter((text) => !text.includes("\0"));
      await fc.assert(
        fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 20 }), async (texts) => {
          const head = await headOf(store.log);
          await store.log.append(texts.map((text) => draft(ana, text)));
          expect((await messagesAfter(store.log, head)).map(({ text }) => text)).to.deep.equal(texts);
        }),
        { numRuns: 30 },
      );
    });
  });
}
