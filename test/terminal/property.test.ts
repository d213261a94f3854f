import { expect } from "chai";
import fc from "fast-check";
import { CATALOGUES } from "../../src/cli/catalogue/index.ts";
import { Pretty } from "../../src/cli/terminal/pretty.ts";
import type { Status } from "../../src/cli/terminal/status.ts";
import { makeStyle } from "../../src/cli/terminal/style.ts";
import { graphemesOf } from "../../src/cli/text/graphemes.ts";
import { EmulatedScreen } from "../support/emulatedScreen.ts";
import { type Emulator, type EmulatorOptions, Xterm } from "../support/emulator.ts";
import { ReflowEmulator } from "../support/reflowEmulator.ts";

/** What the property types and shows: text whose width terminals disagree about, and some about which they do not. */
const GRAPHEMES = [
  "a",
  "B",
  "7",
  "é",
  "漢",
  "한",
  "🇮🇩",
  "🇯🇵",
  "😀",
  "👍🏽",
  "👨‍👩‍👧",
  "❤️",
  "กำ",
  "ที่",
  "क्षि",
  "नी",
  "\u1100\u1161\u11a8",
  "e\u0301",
  "→",
  " ",
];
/** Longer inputs scroll in their part of the screen. Then the screen does not have the whole input. */
const MAX_GRAPHEMES = 30;
const LEFT = "\u001b[D";
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences begin with ESC.
const STYLE = /\u001b\[[\d;]*m/g;
const BACKSPACE = "\u007f";

const STATUS: Status = {
  server: "srv",
  isEncrypted: true,
  username: "ani",
  connection: { kind: "live" },
  here: undefined,
  unread: 0,
  isSayMode: false,
};
/** It fits 20 columns. */
const STATUS_ROW = "ani · srv · TLS";

type Step =
  | { readonly kind: "type"; readonly text: string }
  | { readonly kind: "paste"; readonly text: string }
  | { readonly kind: "left" | "backspace" }
  | { readonly kind: "arrive"; readonly texts: readonly string[] }
  | { readonly kind: "pending"; readonly count: number }
  /** `unheard`: what arrives after the resize, but before the program has heard of it. */
  | { readonly kind: "resize"; readonly columns: number; readonly rows: number; readonly unheard: readonly string[] };

const text = (max: number) =>
  fc.array(fc.constantFrom(...GRAPHEMES), { minLength: 1, maxLength: max }).map((all) => all.join(""));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: text(8).map((text) => ({ kind: "type", text }) as const) },
  {
    weight: 1,
    arbitrary: fc.array(text(4), { maxLength: 3 }).map((lines) => ({ kind: "paste", text: lines.join("\n") }) as const),
  },
  { weight: 2, arbitrary: fc.constantFrom({ kind: "left" }, { kind: "backspace" }) },
  {
    weight: 3,
    arbitrary: fc.array(text(40), { minLength: 1, maxLength: 6 }).map((texts) => ({ kind: "arrive", texts }) as const),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("pending" as const), count: fc.nat(3) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("resize" as const),
      columns: fc.integer({ min: 20, max: 300 }),
      rows: fc.integer({ min: 24, max: 50 }),
      unheard: fc.array(fc.constantFrom("one", "two"), { maxLength: 2 }),
    }),
  },
);

/** What the terminal must show after the steps. */
class Model {
  readonly #pretty = new Pretty({ style: makeStyle(256), words: CATALOGUES.en });
  readonly lines: string[] = [];
  input: string[] = [];
  cursor = 0;
  pending = 0;

  show(text: string, columns: number): void {
    const formatted = this.#pretty.format({ kind: "note", text }, columns).replace(STYLE, "");
    this.lines.push(...formatted.split("\n").map((line) => line.trimEnd()));
  }

  insert(text: string): void {
    const before = this.input.slice(0, this.cursor).join("") + text;
    const after = this.input.slice(this.cursor).join("");
    this.input = graphemesOf(before + after);
    // What was inserted may have joined with what is after it.
    const length = (count: number) => this.input.slice(0, count).join("").length;
    this.cursor = this.input.findIndex((_, index) => length(index + 1) > before.length);
    if (this.cursor === -1) this.cursor = this.input.length;
  }
}

async function run(makeEmulator: (options: EmulatorOptions) => Emulator, steps: readonly Step[]): Promise<void> {
  const terminal = new EmulatedScreen(makeEmulator, { columns: 80, rows: 24 });
  const model = new Model();
  terminal.screen.setStatus(STATUS);
  // The terminal has answered whether characters of ambiguous width are wide.
  await terminal.settle();
  try {
    await perform(steps, terminal, model);
    await terminal.settle();
    expectAll(terminal.emulator, model);
  } finally {
    await terminal.screen.close();
  }
  expect(terminal.emulator.lines).to.deep.equal(model.lines);
}

async function perform(steps: readonly Step[], terminal: EmulatedScreen, model: Model): Promise<void> {
  let arrived = 0;
  for (const step of steps) {
    switch (step.kind) {
      case "type":
      case "paste": {
        if (model.input.length > MAX_GRAPHEMES || step.text === "") break;
        terminal.press(step.kind === "type" ? step.text : `\u001b[200~${step.text}\u001b[201~`);
        model.insert(step.text);
        break;
      }
      case "left":
        if (model.cursor === 0) break;
        terminal.press(LEFT);
        model.cursor -= 1;
        break;
      case "backspace":
        if (model.cursor === 0) break;
        terminal.press(BACKSPACE);
        model.cursor -= 1;
        model.input = graphemesOf(model.input.toSpliced(model.cursor, 1).join(""));
        break;
      case "arrive":
        for (const text of step.texts) {
          arrived += 1;
          model.show(`#${arrived} ${text}`, terminal.columns);
          await terminal.screen.show({ kind: "note", text: `#${arrived} ${text}` });
        }
        break;
      case "pending":
        model.pending = step.count;
        terminal.screen.setPending(
          Array.from({ length: step.count }, (_, index) => ({ requestId: `${index}`, line: "x", isHeld: false })),
        );
        break;
      case "resize":
        // Half of the columns at a time, so that no row of the area is pushed off the screen.
        await terminal.resizeUnheard(Math.max(step.columns, Math.ceil(terminal.columns / 2)), step.rows);
        for (const text of step.unheard) {
          arrived += 1;
          model.show(`#${arrived} ${text}`, terminal.columns);
          await terminal.screen.show({ kind: "note", text: `#${arrived} ${text}` });
          await terminal.settle();
        }
        await terminal.hearOfResize();
        break;
    }
  }
}

/** The terminal shows exactly the messages and the input, and the cursor is at its place. */
function expectAll({ lines, rows, typing, cursor }: Emulator, model: Model): void {
  const area = lines.slice(model.lines.length);
  const withoutBlanks = (text: string) => text.replace(/[›⋮]|\s/gu, "");
  const expected = "sending: x".repeat(model.pending) + model.input.join("") + STATUS_ROW;
  expect(lines.slice(0, model.lines.length)).to.deep.equal(model.lines);
  expect(area.map(withoutBlanks)).to.deep.equal([withoutBlanks(expected)]);
  const inputRow = rows.findLastIndex((row) => row.startsWith("›"));
  const upToCursor = [...rows.slice(inputRow, cursor.row), typing.before].map(withoutBlanks).join("");
  expect(upToCursor).to.equal(withoutBlanks(model.input.slice(0, model.cursor).join("")));
}

describe("The screen, with any mix of keys, messages, pastes and resizes", () => {
  const emulators = {
    "xterm.js, which leaves the line of the cursor alone when it is resized": (options: EmulatorOptions) =>
      new Xterm(options),
    "a terminal that wraps every line again": (options: EmulatorOptions) => new ReflowEmulator(options),
  };

  for (const [name, makeEmulator] of Object.entries(emulators)) {
    it(`the messages are shown once and in order, and the input is whole, on ${name}`, async () => {
      const steps = fc.array(step, { maxLength: 25 });
      await fc.assert(
        fc.asyncProperty(steps, (steps) => run(makeEmulator, steps)),
        { numRuns: Number(process.env.RUNS ?? 60) },
      );
    });
  }
});
