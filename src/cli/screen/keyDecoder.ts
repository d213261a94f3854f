import type { Key } from "../editor/key.ts";

/** What the bytes of a terminal mean. */
export type Input =
  | { readonly kind: "key"; readonly key: Key }
  /** The answer to the question for the cursor's position (`ESC[6n`); both count from 1. */
  | { readonly kind: "position"; readonly row: number; readonly column: number }
  /** The answer to the question for the terminal's kind (`ESC[>c`), for example `0;276;0`. */
  | { readonly kind: "attributes"; readonly attributes: string };

/** After a lone ESC, wait this long for the rest of a sequence before it counts as the key (ms). */
const ESCAPE_WAIT_MS = 50;
/** Wait this long for the rest of a sequence that has begun (ms). Connections may split sequences. */
const SEQUENCE_WAIT_MS = 500;
/** The most characters of a sequence. A longer one is dropped. */
const MAX_SEQUENCE_CHARACTERS = 64;
/** The most characters of a report such as a colour or a version, which is dropped anyway. */
const MAX_REPORT_CHARACTERS = 4096;
/** The most characters of a paste. The rest of a longer one is dropped; no message may be as long as this. */
export const MAX_PASTE_CHARACTERS = 256 * 1024;

const ESC = "\u001b";
const PASTE_END = `${ESC}[201~`;

/** The keys that end in `~`, by their first parameter. */
const TILDE_KEYS: Readonly<Record<string, string>> = {
  1: "home",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
};
/** The keys of `ESC[` and `ESCO`, by their last letter. */
const LETTER_KEYS: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  M: "enter",
};

/**
 * Makes keys of the bytes that a terminal sends. A character, a sequence or a paste may be split anywhere. Sequences
 * that mean no key are dropped whole, so that no part of them is typed.
 */
export class KeyDecoder {
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  /** The beginning of a sequence whose end has not come. */
  #begun = "";
  /** The text of the paste that has begun. */
  #paste: string | undefined;

  /** How long to wait for more bytes before `endSequence` is called (ms). Undefined: nothing is incomplete. */
  get waitMs(): number | undefined {
    if (this.#paste !== undefined || this.#begun === "") return undefined;
    return isEscapes(this.#begun) ? ESCAPE_WAIT_MS : SEQUENCE_WAIT_MS;
  }

  /** Decodes the next bytes. */
  decode(bytes: Uint8Array): Input[] {
    const inputs: Input[] = [];
    let text = this.#begun + this.#utf8.decode(bytes, { stream: true });
    this.#begun = "";
    while (text !== "") {
      const rest = this.#paste === undefined ? this.#readKey(text, inputs) : this.#readPaste(text, inputs);
      if (rest === undefined) {
        this.#begun = text;
        break;
      }
      text = rest;
    }
    return inputs;
  }

  /** The rest of a sequence has not come: what has come is a key, or nothing. */
  endSequence(): Input[] {
    const begun = this.#begun;
    if (this.#paste !== undefined) return [];
    this.#begun = "";
    if (isEscapes(begun)) return Array.from(begun, () => named("escape"));
    // Alt with a character that also begins a sequence.
    return begun.length === 2 ? [altKey(begun.charAt(1))] : [];
  }

  /** Reads one key, and returns the text after it. Undefined: the text is the beginning of a sequence. */
  #readKey(text: string, inputs: Input[]): string | undefined {
    const [plain = ""] = /^[^\p{Cc}]+/u.exec(text) ?? [];
    if (plain !== "") {
      inputs.push({ kind: "key", key: { kind: "text", text: plain } });
      return text.slice(plain.length);
    }
    if (!text.startsWith(ESC)) {
      const key = controlKey(text.charAt(0));
      if (key !== undefined) inputs.push(key);
      return text.slice(1);
    }
    const sequence = readSequence(text);
    if (sequence === "incomplete") return undefined;
    inputs.push(...sequence.inputs);
    if (sequence.beginsPaste) this.#paste = "";
    return text.slice(sequence.length);
  }

  /** Reads a paste to its end marker. Undefined: the text may be the beginning of the marker. */
  #readPaste(text: string, inputs: Input[]): string | undefined {
    const end = text.indexOf(PASTE_END);
    if (end !== -1) {
      const pasted = cleanPaste(this.#addToPaste(text.slice(0, end)));
      this.#paste = undefined;
      if (pasted !== "") inputs.push({ kind: "key", key: { kind: "paste", text: pasted } });
      return text.slice(end + PASTE_END.length);
    }
    const mayEnd = text.lastIndexOf(ESC);
    const isMarker = mayEnd !== -1 && PASTE_END.startsWith(text.slice(mayEnd));
    this.#paste = this.#addToPaste(isMarker ? text.slice(0, mayEnd) : text);
    if (!isMarker) return "";
    if (mayEnd > 0) return text.slice(mayEnd);
    return undefined;
  }

  #addToPaste(text: string): string {
    return ((this.#paste ?? "") + text).slice(0, MAX_PASTE_CHARACTERS);
  }
}

/** A sequence that has been read. */
interface Sequence {
  readonly length: number;
  readonly inputs: readonly Input[];
  readonly beginsPaste?: boolean;
}

/** Reads the sequence at the beginning of a text: Alt with a key, CSI, SS3, or a report. */
function readSequence(text: string): Sequence | "incomplete" {
  const body = text.slice(ESC.length);
  const sequence = readBody(body);
  return sequence === "incomplete" ? sequence : { ...sequence, length: ESC.length + sequence.length };
}

/** Reads what follows ESC. */
function readBody(body: string): Sequence | "incomplete" {
  switch (body.charAt(0)) {
    case "":
      return "incomplete";
    case "[":
      return readCsi(body);
    case "O":
      return readSs3(body);
    case ESC:
      return readAfterTwoEscapes(body);
  }
  // A person who holds Alt with one of these characters sends no such character after it.
  if (/^(?:\]\d|P[\d>!$+?|]|[X^_][\w>!?;])/.test(body)) return readReport(body);
  if (/^[\]PX^_]$/.test(body)) return "incomplete";
  const character = String.fromCodePoint(body.codePointAt(0) ?? 0);
  return { length: character.length, inputs: [altKey(character)] };
}

/** Some terminals send Alt with an arrow as ESC and the sequence of the arrow. */
function readAfterTwoEscapes(body: string): Sequence | "incomplete" {
  if (body === ESC) return "incomplete";
  if (!/^[[O]$/.test(body.charAt(1))) return { length: 0, inputs: [named("escape")] };
  const sequence = readSequence(body);
  return sequence === "incomplete" ? sequence : { ...sequence, inputs: sequence.inputs.map(withAlt) };
}

/**
 * The forms of a CSI: that of the Linux console for function keys; the ordinary one; that of rxvt for keys with Shift; and
 * the answer to a question for a mode.
 */
const CSI = /^\[(?:\[[A-E]|([0-?]*)([ -#%-/]*)([@-~])|([0-9]+)\$(?![ -~])|(?:[<-?][0-?]*|\d+;[0-?]*)\$[@-~])/;

function readCsi(body: string): Sequence | "incomplete" {
  const [whole, parameters = "", intermediates = "", final = "", shifted] = CSI.exec(body) ?? [];
  if (whole === undefined) {
    const [begun = ""] = /^\[\[?[0-?]*[ -/]*/.exec(body) ?? [];
    if (begun.length === body.length && body.length < MAX_SEQUENCE_CHARACTERS) return "incomplete";
    // A control character or a letter outside ASCII breaks the sequence off.
    return { length: begun.length, inputs: [] };
  }
  const { length } = whole;
  if (shifted !== undefined) return { length, inputs: one(tildeKey(shifted, { shift: true })) };
  if (intermediates !== "" || final === "") return { length, inputs: [] };
  if (final === "~" && parameters === "200") return { length, inputs: [], beginsPaste: true };
  const position = final === "R" ? /^(\d+);(\d+)$/.exec(parameters) : null;
  if (position !== null) {
    return { length, inputs: [{ kind: "position", row: Number(position[1]), column: Number(position[2]) }] };
  }
  if (final === "c" && parameters.startsWith(">")) {
    return { length, inputs: [{ kind: "attributes", attributes: parameters.slice(1) }] };
  }
  // Answers to other questions.
  if (/^[<-?]/.test(parameters)) return { length, inputs: [] };
  return { length, inputs: one(csiKey(parameters, final)) };
}

function readSs3(body: string): Sequence | "incomplete" {
  const [whole, modifiers = "", letter = ""] = /^O(\d*)([A-Za-z])/.exec(body) ?? [];
  if (whole !== undefined) {
    const name = LETTER_KEYS[letter];
    return { length: whole.length, inputs: name === undefined ? [] : [named(name, readModifiers(modifiers))] };
  }
  if (/^O\d*$/.test(body) && body.length < MAX_SEQUENCE_CHARACTERS) return "incomplete";
  return { length: 1, inputs: [altKey("O")] };
}

/** Reads an OSC, DCS, APC, PM or SOS up to its end: BEL or ST. */
function readReport(body: string): Sequence | "incomplete" {
  const ends = ["\u0007", `${ESC}\\`, "\u009c"].map((end) => ({ at: body.indexOf(end), end }));
  const [first] = ends.filter(({ at }) => at !== -1).sort((a, b) => a.at - b.at);
  if (first !== undefined) return { length: first.at + first.end.length, inputs: [] };
  return body.length < MAX_REPORT_CHARACTERS ? "incomplete" : { length: body.length, inputs: [] };
}

interface Modifiers {
  readonly ctrl?: boolean;
  readonly alt?: boolean;
  readonly shift?: boolean;
}

function csiKey(parameters: string, final: string): Input | undefined {
  // Sub-parameters follow a colon: other layouts of the keyboard, and whether a key was pressed or repeated.
  const [first = "", second = "", third = ""] = parameters.split(";").map((part) => part.split(":")[0]);
  const modifiers = readModifiers(second);
  if (final === "~" && first === "27") return characterKey(Number(third), modifiers);
  if (final === "u") return characterKey(Number(first), modifiers);
  if (final === "~") return tildeKey(first, modifiers);
  if (final === "^") return tildeKey(first, { ctrl: true });
  if (final === "@") return tildeKey(first, { ctrl: true, shift: true });
  if (final === "Z") return named("tab", { ...modifiers, shift: true });
  if (/^[a-d]$/.test(final) && parameters === "") return named(LETTER_KEYS[final.toUpperCase()] ?? "", { shift: true });
  const name = final === "M" ? undefined : LETTER_KEYS[final];
  return name === undefined ? undefined : named(name, modifiers);
}

function tildeKey(number: string, modifiers: Modifiers): Input | undefined {
  const name = TILDE_KEYS[number];
  return name === undefined ? undefined : named(name, modifiers);
}

/** A key that a terminal names by its code point, as the protocols `CSI u` and `modifyOtherKeys` do. */
function characterKey(code: number, modifiers: Modifiers): Input | undefined {
  if (!Number.isInteger(code) || code < 1 || code > 0x10ffff) return undefined;
  const character = String.fromCodePoint(code);
  const control = controlKey(character);
  if (control?.kind === "key" && control.key.kind === "named") {
    const { name, ctrl } = control.key;
    return named(name, { ...modifiers, ctrl: ctrl || modifiers.ctrl });
  }
  if (/[\p{Cc}\p{Co}\p{Cs}]/u.test(character)) return undefined;
  if (!modifiers.ctrl && !modifiers.alt) return { kind: "key", key: { kind: "text", text: character } };
  const shift = modifiers.shift || character !== character.toLowerCase();
  return named(character === " " ? "space" : character.toLowerCase(), { ...modifiers, shift });
}

/** The key of a control character. Undefined: none. */
function controlKey(character: string): Input | undefined {
  const code = character.charCodeAt(0);
  if (character === "\r" || character === "\n") return named("enter");
  if (character === "\t") return named("tab");
  if (character === ESC) return named("escape");
  if (code === 0x7f || code === 0x08) return named("backspace");
  if (code === 0) return named("space", { ctrl: true });
  if (code <= 0x1a) return named(String.fromCharCode(code + 0x60), { ctrl: true });
  return code < 0x20 ? named(String.fromCharCode(code + 0x40), { ctrl: true }) : undefined;
}

/** The key of a character that follows ESC. */
function altKey(character: string): Input {
  const control = controlKey(character);
  if (control !== undefined) return withAlt(control);
  const name = character.toLowerCase();
  return named(name === " " ? "space" : name, { alt: true, shift: name !== character });
}

function withAlt(input: Input): Input {
  if (input.kind !== "key" || input.key.kind !== "named") return input;
  return { kind: "key", key: { ...input.key, alt: true } };
}

/** xterm's number for modifiers: one more than the sum of 1 for Shift, 2 for Alt, 4 for Ctrl and 8 for Meta. */
function readModifiers(parameter: string): Modifiers {
  const bits = Math.max(0, Number(parameter || 1) - 1);
  return { shift: (bits & 1) !== 0, alt: (bits & 10) !== 0, ctrl: (bits & 4) !== 0 };
}

function named(name: string, { ctrl = false, alt = false, shift = false }: Modifiers = {}): Input {
  return { kind: "key", key: { kind: "named", name, ctrl, alt, shift } };
}

function isEscapes(text: string): boolean {
  return text.replaceAll(ESC, "") === "";
}

function one(input: Input | undefined): Input[] {
  return input === undefined ? [] : [input];
}

/** A text as it was pasted, without control characters; every line ends with `\n`. */
function cleanPaste(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\n\t]/gu, "");
}
