import { expect } from "chai";
import fc from "fast-check";
import { type Input, KeyDecoder, MAX_PASTE_CHARACTERS } from "../../src/cli/screen/keyDecoder.ts";

const encoder = new TextEncoder();

/** What chunks of bytes mean, and what is made of an incomplete end. */
function decode(...chunks: (string | Uint8Array)[]): Input[] {
  const decoder = new KeyDecoder();
  const inputs = chunks.flatMap((chunk) => decoder.decode(typeof chunk === "string" ? encoder.encode(chunk) : chunk));
  return [...inputs, ...decoder.endSequence()];
}

/** Inputs in one line each: `a`, `<C-left>`, `paste(x)`, `at(1,2)`. */
function describeInputs(inputs: readonly Input[]): string {
  const words = inputs.map((input) => {
    if (input.kind === "position") return `at(${input.row},${input.column})`;
    if (input.kind === "attributes") return `is(${input.attributes})`;
    const { key } = input;
    if (key.kind === "text") return key.text;
    if (key.kind === "paste") return `paste(${key.text})`;
    const modifiers = [key.ctrl && "C-", key.alt && "A-", key.shift && "S-"].filter(Boolean).join("");
    return `<${modifiers}${key.name}>`;
  });
  // Texts that follow one another are one text.
  return words.join("");
}

const KEYS: readonly (readonly [string, string])[] = [
  ["abc", "abc"],
  ["é漢🇮🇩", "é漢🇮🇩"],
  ["\r", "<enter>"],
  ["\n", "<enter>"],
  ["\t", "<tab>"],
  ["\u007f", "<backspace>"],
  ["\u0008", "<backspace>"],
  ["\u0001", "<C-a>"],
  ["\u001a", "<C-z>"],
  ["\u001f", "<C-_>"],
  ["\u0000", "<C-space>"],
  ["\u001b[A", "<up>"],
  ["\u001bOA", "<up>"],
  ["\u001b[H", "<home>"],
  ["\u001b[1~", "<home>"],
  ["\u001b[7~", "<home>"],
  ["\u001bOF", "<end>"],
  ["\u001b[4~", "<end>"],
  ["\u001b[3~", "<delete>"],
  ["\u001b[5~", "<pageup>"],
  ["\u001b[Z", "<S-tab>"],
  ["\u001b[1;5D", "<C-left>"],
  ["\u001b[1;3C", "<A-right>"],
  ["\u001b[1;8B", "<C-A-S-down>"],
  ["\u001b[3;5~", "<C-delete>"],
  ["\u001b[3^", "<C-delete>"],
  ["\u001b[d", "<S-left>"],
  ["\u001b\u001b[A", "<A-up>"],
  ["\u001b\r", "<A-enter>"],
  ["\u001b\u007f", "<A-backspace>"],
  ["\u001bb", "<A-b>"],
  ["\u001bB", "<A-S-b>"],
  ["\u001b.", "<A-.>"],
  ["\u001b[13;2u", "<S-enter>"],
  ["\u001b[27;2;13~", "<S-enter>"],
  ["\u001b[97;5u", "<C-a>"],
  ["\u001b[12;40R", "at(12,40)"],
  ["\u001b[>0;276;0c", "is(0;276;0)"],
  ["\u001b[200~a\rb\r\nc\u001b[201~", "paste(a\nb\nc)"],
  ["\u001b[200~\u001b[A \u001b[201\u001b[201~", "paste([A [201)"],
];

describe("KeyDecoder", () => {
  for (const [bytes, meaning] of KEYS) {
    it(`${JSON.stringify(bytes)} means ${JSON.stringify(meaning)}`, () => {
      expect(describeInputs(decode(bytes))).to.equal(meaning);
    });
  }

  it("a lone ESC is the key Escape, after a wait of less than a blink", () => {
    const decoder = new KeyDecoder();
    expect(decoder.decode(encoder.encode("\u001b"))).to.deep.equal([]);
    expect(decoder.waitMs).to.be.within(10, 100);
    expect(describeInputs(decoder.endSequence())).to.equal("<escape>");
    expect(decoder.waitMs).to.equal(undefined);
  });

  it("Alt with a character that begins a sequence is a key after the wait", () => {
    for (const [bytes, meaning] of [
      ["\u001b[", "<A-[>"],
      ["\u001bO", "<A-S-o>"],
      ["\u001b]", "<A-]>"],
    ] as const) {
      expect(describeInputs(decode(bytes))).to.equal(meaning);
    }
  });

  it("sequences that mean no key are dropped whole", () => {
    const unknown = [
      "\u001b[15~",
      "\u001bOP",
      "\u001b[[A",
      "\u001b[I",
      "\u001b[?2026;2$y",
      "\u001b[?64;1;2c",
      "\u001b]11;rgb:0000/0000/0000\u001b\\",
      "\u001b]11;rgb:0000/0000/0000\u0007",
      "\u001bP>|XTerm(388)\u001b\\",
      "\u001b[201~",
    ];
    for (const sequence of unknown) {
      expect(describeInputs(decode(`a${sequence}b`)), JSON.stringify(sequence)).to.equal("ab");
    }
  });

  it("a sequence without an end is given up at its bound, and does not hold back what follows", () => {
    const decoder = new KeyDecoder();
    const begun = `\u001b[${"1;".repeat(1000)}`;
    decoder.decode(encoder.encode(begun));
    expect(describeInputs(decoder.decode(encoder.encode("x")))).to.match(/x$/);
  });

  it("bytes that are not UTF-8 become U+FFFD", () => {
    expect(describeInputs(decode(Uint8Array.of(0x61, 0xe9, 0x62)))).to.equal("a\ufffdb");
  });

  it("a paste is cut at its bound, and its end is still found", () => {
    const [paste, text] = decode(`\u001b[200~${"x".repeat(MAX_PASTE_CHARACTERS + 10)}`, "yyy\u001b[201~z");
    expect(paste?.kind === "key" && paste.key.kind === "paste" && paste.key.text).to.have.length(MAX_PASTE_CHARACTERS);
    expect(describeInputs([text as Input])).to.equal("z");
  });

  it("bytes mean the same wherever they are split", () => {
    const bytes = fc
      .array(fc.constantFrom(...KEYS), { maxLength: 12 })
      .map((keys) => keys.map(([all]) => all).join(""));
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(200), { maxLength: 8 }), (text, splits) => {
        const all = encoder.encode(text);
        const at = [0, ...splits.map((split) => Math.min(split, all.length)).sort((a, b) => a - b), all.length];
        const chunks = at.slice(1).map((end, index) => all.subarray(at[index], end));
        expect(describeInputs(decode(...chunks))).to.equal(describeInputs(decode(text)));
      }),
    );
  });
});
