import { expect } from "chai";
import fc from "fast-check";
import { draft, enlist, headOf, type NewStoreFixture, post, readAfter, useStore } from "../../support/storeFixture.ts";

const TEXTS: Readonly<Record<string, string>> = {
  "a byte order mark in front": "\ufeffhello",
  "a byte order mark alone": "\ufeff",
  "a lone combining mark": "\u0301",
  "composed letters, which are not taken apart": "\u00e9",
  "letters taken apart, which are not composed": "e\u0301",
  "characters of four bytes": "\u{1f600}\u{10ffff}\u{1d11e}",
  "characters for private use, and such as are none": "\ue000\ufffe\uffff",
  "a replacement character": "\ufffd",
  "line ends of all kinds": "a\r\nb\nc\rd\u2028e\u2029f\u0085",
  "control characters": "\u0001\u001b[31m\u0007\u007f\u009b",
  "marks that turn the direction of writing": "\u202eevil\u202c\u2066x\u2069",
  "white space at both ends": " \t\n hello \n\t ",
  "white space alone": " ",
  "what a query is made of": "'; DROP TABLE messages; -- \" ` $1 ?1 :a @b % _ \\",
  "a number": "007",
  "nothing but an exponent": "1e5",
  "64 KiB": "\u{1f600}".repeat(16_384),
};

/** The log returns every text exactly as it was appended. */
export function describeTexts(newFixture: NewStoreFixture): void {
  describe("texts", () => {
    const store = useStore(newFixture);

    for (const [what, text] of Object.entries(TEXTS)) {
      it(`the log returns a text unchanged: ${what}`, async () => {
        const ana = await enlist(store, "ana");
        const id = await post(store.log, draft(ana, text, { requestId: "r" }));
        expect((await store.log.read(id, id))[0]?.text).to.equal(text);
        expect((await store.log.find(ana.accountId, "r"))?.text).to.equal(text);
      });
    }

    it("the log returns any Unicode but U+0000 unchanged", async () => {
      const ana = await enlist(store, "ana");
      const anyText = fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).filter((text) => !text.includes("\0"));
      await fc.assert(
        fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 20 }), async (texts) => {
          const head = await headOf(store.log);
          await store.log.append(texts.map((text) => draft(ana, text)));
          expect((await readAfter(store.log, head)).map(({ text }) => text)).to.deep.equal(texts);
        }),
        { numRuns: 30 },
      );
    });
  });
}
