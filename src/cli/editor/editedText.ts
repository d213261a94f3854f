import { type BufferState, TextBuffer } from "./buffer.ts";
import type { LastKey } from "./keymap.ts";
import { KillRing } from "./killRing.ts";
import { DELETIONS, KILLS, MOTIONS, type Motion } from "./motions.ts";
import { Undo } from "./undo.ts";

/** A text with its cursor, and the commands that move and change it: with undo, and with what was cut. */
export class EditedText {
  readonly #buffer = new TextBuffer();
  readonly #undo = new Undo();
  readonly #killRing = new KillRing();
  /** The length of the text that the last `yank` inserted. */
  #yanked = 0;

  get text(): string {
    return this.#buffer.text;
  }

  get cursor(): number {
    return this.#buffer.cursor;
  }

  /** Begins with another text, its cursor at the end. What was done to the text before cannot be undone any more. */
  begin(text: string): void {
    this.#undo.clear();
    this.#buffer.set({ text, cursor: text.length });
  }

  /** Replaces the text. */
  replace(state: BufferState): void {
    this.change(() => this.#buffer.set(state));
  }

  moveTo(index: number): void {
    this.#buffer.moveTo(index);
  }

  remove(from: number, to: number): void {
    this.change(() => this.#buffer.remove(from, to));
  }

  /** Inserts a text before the cursor. Returns false if there is no space for it. */
  insert(text: string): boolean {
    if (!this.#buffer.hasSpaceFor(text)) return false;
    this.change(() => this.#buffer.insert(text));
    return true;
  }

  /** Changes the text by several steps, which are undone together. `joins`: also with the change before. */
  change(work: () => void, joins = false): void {
    const before = this.#buffer.state;
    this.#undo.pause(work);
    if (!joins && this.#buffer.text !== before.text) this.#undo.push(before);
  }

  /** Runs a command. Other commands than those for a text do nothing. Returns false if there is no space for it. */
  run(command: string, last: LastKey): boolean {
    const { text, cursor } = this;
    const motion = entry(MOTIONS, command);
    const deletion = entry(DELETIONS, command === "deleteRightOrLeave" ? "deleteRight" : command);
    const kill = entry(KILLS, command);
    if (motion !== undefined) this.moveTo(motion(text, cursor));
    if (deletion !== undefined) this.remove(cursor, deletion(text, cursor));
    if (kill !== undefined) this.#kill(kill(text, cursor), last in KILLS);
    if (command === "newLine") return this.insert("\n");
    if (command === "transpose") this.change(() => this.#buffer.transpose());
    if (command === "undo") this.#takeBack();
    if (command === "yank") return this.#yank();
    if (command === "yankPop" && (last === "yank" || last === "yankPop")) return this.#yankPop();
    return true;
  }

  #kill(to: number, joins: boolean): void {
    const from = this.cursor;
    const killed = this.text.slice(Math.min(from, to), Math.max(from, to));
    this.remove(from, to);
    this.#killRing.kill(killed, to < from ? "before" : "after", joins);
  }

  #yank(): boolean {
    const text = this.#killRing.current ?? "";
    const fits = this.insert(text);
    this.#yanked = fits ? text.length : 0;
    return fits;
  }

  #yankPop(): boolean {
    let fits = true;
    this.change(() => {
      const end = this.#buffer.state.cursor;
      this.#killRing.rotate();
      this.#buffer.remove(end - this.#yanked, end);
      fits = this.#yank();
    });
    return fits;
  }

  #takeBack(): void {
    const state = this.#undo.pop();
    if (state !== undefined) this.#buffer.set(state);
  }
}

function entry(table: Readonly<Record<string, Motion>>, command: string): Motion | undefined {
  return Object.hasOwn(table, command) ? table[command] : undefined;
}
