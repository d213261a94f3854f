import type { BufferState } from "./buffer.ts";

const MAX_STATES = 200;
const MAX_CHARACTERS = 512 * 1024;

/** The texts before the last changes, up to 200 of them and 1 MiB. */
export class Undo {
  #states: BufferState[] = [];
  #characters = 0;
  #isPaused = false;

  /** Keeps the state before a change. */
  push(state: BufferState): void {
    if (this.#isPaused) return;
    this.#states.push(state);
    this.#characters += state.text.length;
    while (this.#states.length > MAX_STATES || this.#characters > MAX_CHARACTERS) {
      this.#characters -= this.#states.shift()?.text.length ?? 0;
    }
  }

  /** Removes the state before the last change, and returns it. Undefined: there was none. */
  pop(): BufferState | undefined {
    const state = this.#states.pop();
    this.#characters -= state?.text.length ?? 0;
    return state;
  }

  clear(): void {
    this.#states = [];
    this.#characters = 0;
  }

  /** Keeps nothing while `work` runs. */
  pause(work: () => void): void {
    const wasPaused = this.#isPaused;
    this.#isPaused = true;
    work();
    this.#isPaused = wasPaused;
  }
}
