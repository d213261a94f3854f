import { expect } from "chai";
import fc from "fast-check";
import { KEYMAP } from "../../../src/cli/editor/keymap.ts";
import { boundariesOf, PlainModel, plainKeys, type Step } from "./plainModel.ts";
import { Typist } from "./typist.ts";

const RUNS = Number(process.env.RUNS ?? 500);
/** `SEED=…` repeats a run, and `RUNS=…` says how many there are. */
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const options = { seed: SEED, numRuns: RUNS };

/** Characters that stand alone, and characters that join with those before or after them. */
const pieces = [
  ..."abc12 .-_',\u2028\u00a0éßЖ漢字かक",
  "  ",
  "e\u0301",
  "\u0301",
  "\u200d",
  "\ufe0f",
  "👩",
  "👨‍👩‍👧",
  "👍🏽",
  "🇮🇩",
  "\u{1F1E9}",
  "\u{1F1EA}",
  "กำ",
  "क्षि",
  "\u094d",
  "\u0600",
  "\u1100",
  "\u1161",
  "\u11a8",
  "1\ufe0f\u20e3",
];
const typed = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
const pasted = fc
  .array(fc.constantFrom(...pieces, "\n", "\t"), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(""));

const plainStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: typed.map((text) => ({ kind: "text" as const, text })) },
  { weight: 1, arbitrary: pasted.map((text) => ({ kind: "paste" as const, text })) },
  { weight: 8, arbitrary: fc.constantFrom(...plainKeys).map((key) => ({ kind: "press" as const, key })) },
);

/** A step with any key, and with what the screen and the room do to an editor. */
type AnyStep =
  | { readonly kind: "text" | "paste" | "offer" | "replace"; readonly text: string }
  | { readonly kind: "press"; readonly keys: string }
  | { readonly kind: "ask" | "answered" };

const anyKey = fc.constantFrom(...Object.values(KEYMAP).flat(), "pagedown", "ctrl-x");
const anyStep: fc.Arbitrary<AnyStep> = fc.oneof(
  { weight: 8, arbitrary: typed.map((text) => ({ kind: "text" as const, text })) },
  { weight: 2, arbitrary: pasted.map((text) => ({ kind: "paste" as const, text })) },
  { weight: 1, arbitrary: fc.constant({ kind: "paste" as const, text: "many\n".repeat(12) }) },
  { weight: 16, arbitrary: anyKey.map((keys) => ({ kind: "press" as const, keys })) },
  { weight: 1, arbitrary: pasted.map((text) => ({ kind: "offer" as const, text })) },
  { weight: 1, arbitrary: pasted.map((text) => ({ kind: "replace" as const, text })) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: "ask" as const }, { kind: "answered" as const }) },
);

/** Completes the word before the cursor to itself with three endings. */
function complete(line: string, cursor: number) {
  const from = line.lastIndexOf(" ", cursor - 1) + 1;
  return { from, candidates: ["one", "\u0301two", "🇮"].map((end) => line.slice(from, cursor) + end) };
}

function take(typist: Typist, step: AnyStep): void {
  switch (step.kind) {
    case "text":
      typist.type(step.text);
      return;
    case "paste":
      typist.paste(step.text);
      return;
    case "press":
      typist.press(...step.keys.split(" "));
      return;
    case "offer":
      typist.editor.offer({ line: step.text, alternative: `sendall ${step.text}`, hint: "an offer" });
      return;
    case "replace":
      typist.editor.replace(step.text);
      return;
    case "ask":
      typist.editor.askSecret("password: ");
      return;
    case "answered":
      typist.editor.askSecret(undefined);
  }
}

describe("An editor under any keys", () => {
  it("text, cursor and entered lines are those of a model that segments the whole text at every step", () => {
    fc.assert(
      fc.property(fc.array(plainStep, { maxLength: 40 }), (steps) => {
        const typist = new Typist();
        const model = new PlainModel();
        for (const step of steps) {
          if (step.kind === "press") typist.press(step.key);
          else if (step.kind === "text") typist.type(step.text);
          else typist.paste(step.text);
          model.apply(step);
          const { text, cursor } = typist.editor.view;
          expect({ text, cursor }).to.deep.equal({ text: model.text, cursor: model.cursor });
        }
        expect(typist.lines).to.deep.equal(model.lines);
      }),
      options,
    );
  });

  it("the cursor is always between two graphemes of the text", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const typist = new Typist({ complete, history: ["list", "sendall e\u0301🇮🇩", "two\nlines"] });
        for (const step of steps) {
          take(typist, step);
          const { text, cursor } = typist.editor.view;
          expect(boundariesOf(text), JSON.stringify(text)).to.include(cursor);
        }
      }),
      options,
    );
  });

  it("undo goes back through texts that were there, to the empty one", () => {
    const edits = ["enter", "up", "down", "search", "undo", "suspend", "redraw"];
    const keys = Object.entries(KEYMAP).flatMap(([command, [name = ""]]) => (edits.includes(command) ? [] : [name]));
    const step = fc.oneof(
      typed.map((text) => ({ kind: "text" as const, text })),
      pasted.map((text) => ({ kind: "paste" as const, text })),
      fc.constantFrom(...keys).map((name) => ({ kind: "press" as const, keys: name })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const typist = new Typist({ complete });
        const seen = new Set([""]);
        for (const each of steps) {
          take(typist, each);
          seen.add(typist.editor.view.text);
        }
        for (let index = 0; index < steps.length; index++) {
          typist.press("ctrl-_");
          expect(seen).to.include(typist.editor.view.text);
        }
        expect(typist.editor.view.text).to.equal("");
      }),
      options,
    );
  });

  it("cutting and Ctrl-Y leave the text as it was", () => {
    const cuts = fc.constantFrom("ctrl-u", "ctrl-k", "ctrl-w", "alt-d", "alt-backspace");
    fc.assert(
      fc.property(pasted, fc.nat({ max: 10 }), cuts, (text, lefts, cut) => {
        const typist = new Typist().paste(text);
        for (let index = 0; index < lefts; index++) typist.press("left");
        const wasCut = typist.press(cut).editor.view.text !== text;
        if (wasCut) expect(typist.press("ctrl-y").editor.view.text).to.equal(text);
      }),
      options,
    );
  });

  it("nothing of a secret is in a view, in the history, in what is saved or in $EDITOR", () => {
    const secret = fc.array(fc.constantFrom("Σ", "Ω", "🔑"), { minLength: 1, maxLength: 3 }).map((all) => all.join(""));
    const inSecret = fc.oneof(
      secret.map((text) => ({ kind: "text" as const, text })),
      secret.map((text) => ({ kind: "paste" as const, text })),
      anyKey.map((keys) => ({ kind: "press" as const, keys })),
      fc.constant({ kind: "ask" as const }),
    );
    const outside = anyStep.filter(({ kind }) => kind !== "ask" && kind !== "answered");
    const turns = fc.array(
      fc.record({
        before: fc.array(outside, { maxLength: 10 }),
        during: fc.array(inSecret, { maxLength: 10 }),
        after: fc.array(outside, { maxLength: 10 }),
      }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(turns, (all) => {
        const saved: string[] = [];
        const typist = new Typist({ complete, history: ["list"], remember: (line) => saved.push(line) });
        const check = () => {
          const { view, history } = typist.editor;
          const shown = typist.actions.filter(({ kind }) => kind === "openEditor");
          expect(JSON.stringify({ view, history, saved, shown })).not.to.match(/[ΣΩ🔑]/u);
        };
        const follow = (steps: readonly AnyStep[]) => {
          for (const step of steps) {
            take(typist, step);
            check();
          }
        };
        for (const { before, during, after } of all) {
          follow(before);
          typist.editor.askSecret("password: ");
          follow(during);
          typist.editor.askSecret(undefined);
          const lines = typist.lines.length;
          follow(after);
          expect(typist.lines.slice(lines).join("")).not.to.match(/[ΣΩ🔑]/u);
        }
      }),
      options,
    );
  });

  it("a line that may hold a secret is in no history", () => {
    const line = fc.constantFrom("login budi Ω", "list", "x");
    const mayHoldSecret = (text: string) => text.includes("login");
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            line,
            anyKey.map((keys) => ({ keys })),
          ),
          { maxLength: 30 },
        ),
        (steps) => {
          const saved: string[] = [];
          const typist = new Typist({ complete, mayHoldSecret, remember: (text) => saved.push(text) });
          for (const step of steps) {
            if (typeof step === "string") typist.enter(step);
            else typist.press(...step.keys.split(" "));
          }
          expect([...typist.editor.history, ...saved].filter(mayHoldSecret)).to.deep.equal([]);
          expect(typist.editor.history).to.deep.equal(saved);
        },
      ),
      options,
    );
  });
});
