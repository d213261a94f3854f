import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import type { Output } from "../terminal/output.ts";
import type { Ruler } from "../text/ruler.ts";
import type { AreaContent, Frame, Layout, Size } from "./layout.ts";
import { LiveArea } from "./liveArea.ts";
import type { Position, PositionQuery } from "./positionQuery.ts";
import { habitOf, KIND_QUESTION } from "./reflow.ts";
import { ResizeRepair } from "./resizeRepair.ts";

/** `print` waits while more characters than this are queued. */
const MAX_QUEUED_CHARACTERS = 64 * 1024;
/** The most characters of sequences that are queued. Further ones are dropped. */
const MAX_SEQUENCE_CHARACTERS = 4 * 1024;
/** Terminals that know them show what is between these two at once. */
const BEGIN_UPDATE = "\u001b[?2026h";
const END_UPDATE = "\u001b[?2026l";
/** A character that is wide in fonts for Chinese, Japanese or Korean. */
const AMBIGUOUS = "·";
const CLEAR_ROW = "\r\u001b[K";

/** The collaborators of a `Painter`. */
export interface PainterOptions {
  readonly output: Output;
  readonly size: () => Size;
  /** What the live area shows now. Undefined: it is not shown any more. */
  readonly content: () => AreaContent | undefined;
  readonly layout: Layout;
  readonly ruler: Ruler;
  readonly query: PositionQuery;
  /** How long no further resize must come before the area is drawn again (ms). */
  readonly resizeQuietMs: number;
}

/**
 * Writes to the terminal: texts above the live area, and the area again after each change. What gathers in one turn of
 * the event loop, or while the terminal is busy, is one write, so that the screen does not flicker.
 */
export class Painter {
  readonly #options: PainterOptions;
  readonly #output: Output;
  readonly #query: PositionQuery;
  readonly #area = new LiveArea();
  readonly #repair: ResizeRepair;
  /** The texts that wait to be written above the area. */
  #texts: string[] = [];
  #queuedCharacters = 0;
  /** Sequences that wait to be written. */
  #sequences = "";
  /** The area may have changed. */
  #isDirty = true;
  /** The area must be drawn even if it has not changed. */
  #mustRedraw = false;
  /** What another program does with the terminal before the next write. */
  #borrower: (() => Promise<void>) | undefined;
  /** The number of resizes so far. */
  #resizes = 0;
  #flushing: Promise<void> | undefined;

  constructor(options: PainterOptions) {
    this.#options = options;
    this.#output = options.output;
    this.#query = options.query;
    this.#repair = new ResizeRepair({ ...options, area: this.#area });
  }

  /** Asks the terminal what it is, whether characters of ambiguous width are wide, and whether it answers at all. */
  askForKind(): void {
    const question = this.#query.ask((position) => {
      if (position === undefined) return;
      this.#options.ruler.isAmbiguousWide = position.column > 2;
      this.change();
    });
    this.write(`${KIND_QUESTION}\r${AMBIGUOUS}${question}${CLEAR_ROW}`);
  }

  /** Takes the answer to the question for the terminal's kind. */
  noteKind(attributes: string): void {
    this.#area.habit ??= habitOf(attributes);
  }

  /** Prints a text above the area. Resolves when there is space for more. */
  async print(text: string): Promise<void> {
    this.#texts.push(text);
    this.#queuedCharacters += text.length;
    this.#schedule();
    if (this.#queuedCharacters > MAX_QUEUED_CHARACTERS) await this.#flushing;
  }

  /** Writes sequences that change nothing on the screen. */
  write(sequences: string): void {
    if (this.#sequences.length + sequences.length > MAX_SEQUENCE_CHARACTERS) return;
    this.#sequences += sequences;
    this.#schedule();
  }

  /** Draws the area if it has changed. */
  change(): void {
    this.#isDirty = true;
    this.#schedule();
  }

  /** Draws the area, also if it has not changed. */
  redraw(): void {
    this.#mustRedraw = true;
    this.change();
  }

  /** The window has another size. */
  resize(): void {
    this.#resizes += 1;
    this.#area.noteColumns(this.#options.size().columns);
    this.change();
  }

  /** Another program has written to the terminal: draws the area where the cursor is. */
  startAnew(): void {
    this.#area.forget();
    this.redraw();
  }

  /** Lends the terminal to another program, without the area. `borrower` resolves when the program is done. */
  lend(borrower: () => Promise<void>): void {
    this.#borrower ??= borrower;
    this.#schedule();
  }

  /** Resolves when everything is written, and no answer of the terminal is outstanding. */
  async finish(): Promise<void> {
    await this.#flushing;
    await this.#query.settled();
  }

  #schedule(): void {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    });
  }

  async #flush(): Promise<void> {
    do {
      await setImmediate();
      if (this.#borrower !== undefined) await this.#lendTo(this.#borrower);
      const erased = await this.#eraseResized();
      const output = this.#takeSequences() + this.#update(erased);
      if (output !== "") await this.#output.write(BEGIN_UPDATE + output + END_UPDATE);
    } while (this.#texts.length > 0 || this.#isDirty || this.#sequences !== "" || this.#borrower !== undefined);
  }

  /** Removes the area after a resize. Where it is now depends on where the terminal says that the cursor is. */
  async #eraseResized(): Promise<string> {
    const { size, resizeQuietMs } = this.#options;
    if (!this.#area.isResized(size().columns)) return "";
    let position: Position | undefined;
    let resizes: number;
    do {
      resizes = this.#resizes;
      if (resizeQuietMs > 0) await sleep(resizeQuietMs);
      if (resizes === this.#resizes) position = await this.#askPosition();
    } while (resizes !== this.#resizes);
    const { columns } = size();
    const above = this.#area.rowsAbove(columns, position);
    const repair = this.#repair.take(columns, position === undefined ? 0 : position.row - 1 - above);
    return this.#area.eraseFrom(above + (repair?.rows ?? 0)) + (repair?.text ?? "");
  }

  async #askPosition(): Promise<Position | undefined> {
    const { promise, resolve } = Promise.withResolvers<Position | undefined>();
    await this.#output.write(this.#query.ask(resolve));
    return promise;
  }

  #takeSequences(): string {
    const sequences = this.#sequences;
    this.#sequences = "";
    return sequences;
  }

  /** The output that prints the texts and draws the area again; `erased`: the output that has removed the area already. */
  #update(erased: string): string {
    const texts = this.#texts;
    const mustDraw = this.#isDirty || texts.length > 0 || erased !== "";
    this.#texts = [];
    this.#queuedCharacters = 0;
    this.#isDirty = false;
    if (!mustDraw) return "";
    const content = this.#options.content();
    const frame = content && this.#options.layout.frame(content, this.#options.size());
    const isUnchanged = frame !== undefined && this.#area.shows(frame) && !this.#mustRedraw;
    this.#mustRedraw = false;
    if (isUnchanged && texts.length === 0) return "";
    const output =
      erased + this.#repair.question(frame) + this.#area.erase() + texts.map((text) => `${text}\n`).join("");
    this.#repair.notePrinted(texts);
    return output + (frame === undefined ? "" : this.#draw(frame));
  }

  #draw(frame: Frame): string {
    const drawn = this.#area.draw(frame, this.#options.size().columns);
    // If terminals disagree about the text before the cursor, ask this one for the column, in case of a resize.
    if (frame.column.least === frame.column.most) return drawn;
    const question = this.#query.ask((position) => {
      if (position !== undefined) this.#area.measure(frame, position);
    });
    return drawn + question;
  }

  async #lendTo(borrower: () => Promise<void>): Promise<void> {
    this.#borrower = undefined;
    await this.#query.settled();
    const erased = await this.#eraseResized();
    await this.#output.write(erased + this.#area.erase());
    await borrower();
    this.#isDirty = true;
  }
}
