import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import type { ReadStream, WriteStream } from "node:tty";
import { CATALOGUES, type Catalogue, languageOf } from "../catalogue/index.ts";
import { type Completion, Editor } from "../editor/editor.ts";
import type { EditorAction, Offer } from "../editor/view.ts";
import { mayHoldPassword } from "../room/signInLine.ts";
import type { Item } from "../terminal/item.ts";
import { Output } from "../terminal/output.ts";
import { countColours } from "../terminal/palette.ts";
import { Pretty } from "../terminal/pretty.ts";
import type { Notice, PendingLine, Status } from "../terminal/status.ts";
import { makeStyle } from "../terminal/style.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { editExternally } from "./externalEditor.ts";
import { type Input, KeyDecoder } from "./keyDecoder.ts";
import { type Frame, Layout, type Size } from "./layout.ts";
import { LiveArea } from "./liveArea.ts";
import { type Position, PositionQuery } from "./positionQuery.ts";
import { habitOf, KIND_QUESTION } from "./reflow.ts";
import { Ruler } from "./ruler.ts";
import { hasWindow, noticeOf, statusParts, titleOf } from "./status.ts";
import { stopProcessGroup } from "./suspend.ts";
import { TerminalModes } from "./terminalModes.ts";

/** `show` waits while more characters than this are queued. */
const MAX_QUEUED_CHARACTERS = 64 * 1024;
/** How many lines may be typed ahead. Further ones are dropped. */
const MAX_LINES_AHEAD = 1000;
/** How many notices one write may have. Further ones are dropped. */
const MAX_NOTICES = 3;
/** How long the terminal has to answer where its cursor is (ms). Connections to the other side of the world take 300. */
const ANSWER_LIMIT_MS = 500;
/**
 * How long no further resize must come before the area is drawn again (ms). While a window is being resized, tmux tells
 * a program of it 250 ms late, and what is drawn meanwhile lands in a terminal of an unknown width.
 */
const RESIZE_QUIET_MS = 30;
const TMUX_RESIZE_QUIET_MS = 300;
/** How often the status row is drawn while the connection is away (ms). */
const TICK_MS = 1000;
/** Terminals that know them show what is between these two at once. */
const BEGIN_UPDATE = "\u001b[?2026h";
const END_UPDATE = "\u001b[?2026l";
/** A character that is wide in fonts for Chinese, Japanese or Korean. */
const AMBIGUOUS = "\r·";

/** The collaborators of a `Screen`. */
export interface ScreenOptions {
  readonly input: ReadStream;
  readonly tty: WriteStream;
  /** Default: an `Output` on `tty`. */
  readonly output?: Output;
  /** The language. Default: that of the locale. */
  readonly catalogue?: Catalogue;
  /** The lines of earlier runs, the newest last. */
  readonly history?: readonly string[];
  /** A line has entered the history: save it. */
  readonly remember?: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
  /** How long the terminal has to answer where its cursor is (ms). */
  readonly answerLimitMs?: number;
  /** How long no further resize must come before the area is drawn again (ms). */
  readonly resizeQuietMs?: number;
}

/**
 * A terminal with a person at it. What is shown goes into the scrollback of the terminal; below it is the live area with
 * the input and the status, which is drawn again with every change. What gathers in one turn of the event loop is
 * written at once, so that the screen does not flicker.
 */
export class Screen implements Terminal {
  readonly isInteractive = true;
  readonly showsPending = true;
  readonly interrupted: AbortSignal;
  readonly #input: ReadStream;
  readonly #tty: WriteStream;
  readonly #output: Output;
  readonly #env: NodeJS.ProcessEnv;
  readonly #words: Catalogue["screen"];
  readonly #pretty: Pretty;
  readonly #editor: Editor;
  readonly #decoder = new KeyDecoder();
  readonly #ruler = new Ruler();
  readonly #layout: Layout;
  readonly #area = new LiveArea();
  readonly #query: PositionQuery;
  readonly #resizeQuietMs: number;
  readonly #modes: TerminalModes;
  readonly #interrupt = new AbortController();
  readonly #lines: string[] = [];
  /** Resolves the pending `line()`. */
  #reader: ((line: string | undefined) => void) | undefined;
  #ended = false;
  #closed = false;
  #complete: (before: string) => Completion = () => ({ from: 0, candidates: [] });
  #status: Status | undefined;
  #pending: readonly PendingLine[] = [];
  /** The texts that wait to be written above the live area. */
  #queue: string[] = [];
  #queuedCharacters = 0;
  /** Sequences that wait to be written: modes, the title, notices. */
  #sequences = "";
  #notices = 0;
  #title = "";
  /** The number of resizes so far. */
  #resizes = 0;
  /** The live area may have changed. */
  #isDirty = true;
  /** The live area must be drawn even if it has not changed. */
  #mustRedraw = false;
  /** What another program does with the terminal, before the next write. */
  #borrower: (() => Promise<void>) | undefined;
  #isLent = false;
  #flushing: Promise<void> | undefined;
  #escapeTimer: NodeJS.Timeout | undefined;
  #ticker: NodeJS.Timeout | undefined;

  constructor(options: ScreenOptions) {
    const { input, tty, output = new Output(tty), env = process.env } = options;
    const { catalogue = CATALOGUES[languageOf(env)] } = options;
    this.#input = input;
    this.#tty = tty;
    this.#output = output;
    this.#env = env;
    this.#words = catalogue.screen;
    const style = makeStyle(countColours(tty));
    this.#pretty = new Pretty({ style, words: catalogue, ruler: this.#ruler });
    this.#layout = new Layout(this.#ruler, style, this.#words);
    this.#query = new PositionQuery(options.answerLimitMs ?? ANSWER_LIMIT_MS);
    this.#resizeQuietMs = options.resizeQuietMs ?? (isMultiplexed(env) ? TMUX_RESIZE_QUIET_MS : RESIZE_QUIET_MS);
    this.#modes = new TerminalModes(input, env);
    this.#editor = new Editor({
      words: catalogue.editor,
      complete: (line, cursor) => this.#complete(line.slice(0, cursor)),
      history: options.history ?? [],
      mayHoldSecret: mayHoldPassword,
      ...(options.remember === undefined ? {} : { remember: options.remember }),
    });
    this.interrupted = AbortSignal.any([this.#interrupt.signal, this.#output.readerGone]);
    this.#listen();
    this.#sequences = this.#modes.enter() + KIND_QUESTION + this.#askAmbiguousWidth();
    this.#schedule();
    if (!isUtf8(env)) void this.show({ kind: "note", text: this.#words.notUtf8 });
  }

  line(): Promise<string | undefined> {
    const line = this.#lines.shift();
    if (line !== undefined || this.#ended) return Promise.resolve(line);
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  async secret(prompt: string): Promise<string | undefined> {
    this.#editor.askSecret(prompt);
    this.#change();
    const secret = await this.line();
    this.#editor.askSecret(undefined);
    this.#change();
    return secret;
  }

  enterRoom(complete: (before: string) => Completion): void {
    this.#editor.startHistory();
    this.#complete = complete;
  }

  async show(item: Item): Promise<void> {
    const text = this.#pretty.format(item, this.#size.columns);
    if (text === "") return;
    this.#queue.push(text);
    this.#queuedCharacters += text.length;
    this.#schedule();
    if (this.#queuedCharacters > MAX_QUEUED_CHARACTERS) await this.#flushing;
  }

  setStatus(status: Status): void {
    this.#status = status;
    const isAway = status.connection.kind === "away";
    if (!isAway) this.#stopTicker();
    else if (!this.#ended) this.#ticker ??= setInterval(() => this.#change(), TICK_MS).unref();
    this.#change();
  }

  setPending(lines: readonly PendingLine[]): void {
    this.#pending = lines;
    this.#change();
  }

  offer(offer: Offer): void {
    this.#editor.offer(offer);
    this.#change();
  }

  notify(notice: Notice): void {
    if (this.#closed || this.#notices === MAX_NOTICES) return;
    this.#notices += 1;
    this.#sequences += noticeOf(notice, this.#env);
    this.#schedule();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopTicker();
    this.#change();
    this.#reader?.(undefined);
  }

  async close(): Promise<void> {
    this.end();
    await this.#flushing;
    // An answer that comes later would be typed into the shell.
    await this.#query.settled();
    await this.#output.write(this.#release());
    await this.#output.flush();
  }

  get #size(): Size {
    return { columns: this.#tty.columns || 80, rows: this.#tty.rows || 24 };
  }

  #listen(): void {
    this.#input.on("data", this.#onData);
    this.#input.on("end", this.#onInputGone);
    this.#input.on("error", this.#onInputGone);
    this.#tty.on("resize", this.#onResize);
    process.on("SIGCONT", this.#onContinue);
    process.on("SIGINT", this.#onInterrupt);
  }

  /** Gives the terminal back. Returns what to write to it. */
  #release(): string {
    if (this.#closed) return "";
    this.#closed = true;
    clearTimeout(this.#escapeTimer);
    this.#input.off("data", this.#onData);
    this.#input.off("end", this.#onInputGone);
    this.#tty.off("resize", this.#onResize);
    process.off("SIGCONT", this.#onContinue);
    process.off("SIGINT", this.#onInterrupt);
    return this.#modes.leave();
  }

  readonly #onData = (bytes: Uint8Array) => {
    clearTimeout(this.#escapeTimer);
    for (const input of this.#decoder.decode(bytes)) this.#onInput(input);
    const { waitMs } = this.#decoder;
    if (waitMs !== undefined) this.#escapeTimer = setTimeout(this.#onSequenceLimit, waitMs);
  };

  readonly #onSequenceLimit = () => {
    for (const input of this.#decoder.endSequence()) this.#onInput(input);
  };

  /** The terminal was closed. */
  readonly #onInputGone = () => this.end();

  readonly #onResize = () => {
    this.#resizes += 1;
    this.#area.isResized(this.#size.columns);
    this.#change();
  };

  /** Ctrl-C after the end of the input, or a signal from elsewhere. */
  readonly #onInterrupt = () => {
    // The signal was for the other program.
    if (this.#isLent) return;
    this.#interrupt.abort();
    this.end();
  };

  /** The program was stopped from elsewhere, and goes on. The shell has changed the modes of the terminal. */
  readonly #onContinue = () => {
    if (this.#isLent) return;
    this.#sequences += this.#modes.enterAgain();
    this.#title = "";
    this.#area.forget();
    this.#redraw();
  };

  #onInput(input: Input): void {
    if (input.kind === "position") {
      this.#query.take(input);
      return;
    }
    if (input.kind === "attributes") {
      this.#area.habit ??= habitOf(input.attributes);
      return;
    }
    const { key } = input;
    if (!this.#ended) {
      for (const action of this.#editor.handle(key)) this.#act(action);
      this.#change();
    } else if (key.kind === "named" && key.name === "c" && key.ctrl) this.#onInterrupt();
  }

  #act(action: EditorAction): void {
    switch (action.kind) {
      case "line":
        this.#onLine(action.line);
        return;
      case "interrupt":
        this.#onInterrupt();
        return;
      case "end":
        this.end();
        return;
      case "suspend":
        this.#lend(stopProcessGroup);
        return;
      case "openEditor":
        this.#lend(() => this.#editExternally(action.text));
        return;
      case "redraw":
        this.#redraw();
        return;
    }
  }

  #onLine(line: string): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader !== undefined) reader(line);
    else if (this.#lines.length < MAX_LINES_AHEAD) this.#lines.push(line);
  }

  async #editExternally(text: string): Promise<void> {
    try {
      this.#editor.replace(await editExternally(text, this.#env));
    } catch (error) {
      void this.show({ kind: "note", text: this.#words.editorFailed((error as Error).message) });
    }
  }

  /** Asks whether characters of ambiguous width are wide, and whether the terminal answers at all. */
  #askAmbiguousWidth(): string {
    const question = this.#query.ask((position) => {
      if (position === undefined) return;
      this.#ruler.isAmbiguousWide = position.column > 2;
      this.#change();
    });
    return `${AMBIGUOUS}${question}\r\u001b[K`;
  }

  #stopTicker(): void {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }

  #lend(borrower: () => Promise<void>): void {
    this.#borrower ??= borrower;
    this.#schedule();
  }

  #redraw(): void {
    this.#mustRedraw = true;
    this.#change();
  }

  #change(): void {
    this.#isDirty = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    });
  }

  /** Writes everything that gathers in one turn of the event loop, or while the terminal is busy, at once. */
  async #flush(): Promise<void> {
    do {
      await setImmediate();
      if (this.#borrower !== undefined) await this.#lendTo(this.#borrower);
      const erased = await this.#eraseResized();
      const output = this.#takeSequences() + this.#update(erased);
      if (output !== "") await this.#output.write(BEGIN_UPDATE + output + END_UPDATE);
    } while (this.#queue.length > 0 || this.#isDirty || this.#sequences !== "" || this.#borrower !== undefined);
  }

  /** Removes the area after a resize. Where it is now depends on where the terminal says that the cursor is. */
  async #eraseResized(): Promise<string> {
    if (!this.#area.isResized(this.#size.columns)) return "";
    let position: Position | undefined;
    let resizes: number;
    do {
      resizes = this.#resizes;
      if (this.#resizeQuietMs > 0) await sleep(this.#resizeQuietMs);
      if (resizes === this.#resizes) position = await this.#askPosition();
    } while (resizes !== this.#resizes);
    return this.#area.eraseResized(this.#size.columns, position);
  }

  async #askPosition(): Promise<Position | undefined> {
    const { promise, resolve } = Promise.withResolvers<Position | undefined>();
    await this.#output.write(this.#query.ask(resolve));
    return promise;
  }

  #takeSequences(): string {
    const status = this.#status;
    const title = status === undefined || !hasWindow(this.#env) ? "" : titleOf(status);
    const sequences = this.#sequences + (title === this.#title ? "" : title);
    this.#title = title;
    this.#sequences = "";
    this.#notices = 0;
    return sequences;
  }

  /** The output that inserts the queued texts and draws the area again; `erased`: the area is removed already. */
  #update(erased: string): string {
    const lines = this.#queue.map((text) => `${text}\n`).join("");
    this.#queue = [];
    this.#queuedCharacters = 0;
    const mustDraw = this.#isDirty || this.#mustRedraw || lines !== "" || erased !== "";
    this.#isDirty = false;
    if (!mustDraw) return "";
    const frame = this.#ended ? undefined : this.#makeFrame();
    const isUnchanged = frame !== undefined && this.#area.shows(frame) && !this.#mustRedraw;
    this.#mustRedraw = false;
    if (isUnchanged && lines === "") return "";
    return erased + this.#area.erase() + lines + (frame === undefined ? "" : this.#draw(frame));
  }

  #makeFrame(): Frame {
    const status = this.#status === undefined ? [] : statusParts(this.#status, this.#words, performance.now());
    return this.#layout.frame({ pending: this.#pending, input: this.#editor.view, status }, this.#size);
  }

  #draw(frame: Frame): string {
    const drawn = this.#area.draw(frame, this.#size.columns);
    // If terminals disagree about the text before the cursor, ask this one for the column, in case of a resize.
    if (frame.column.least === frame.column.most) return drawn;
    const question = this.#query.ask((position) => {
      if (position !== undefined) this.#area.measure(frame, position);
    });
    return drawn + question;
  }

  /** Lends the terminal to another program, without the area and the modes. */
  async #lendTo(borrower: () => Promise<void>): Promise<void> {
    this.#borrower = undefined;
    await this.#query.settled();
    const erased = await this.#eraseResized();
    await this.#output.write(erased + this.#area.erase() + this.#modes.leave());
    await this.#output.flush();
    this.#isLent = true;
    try {
      await borrower();
    } finally {
      this.#isLent = false;
      this.#sequences += this.#modes.enter();
      this.#title = "";
      this.#isDirty = true;
    }
  }
}

/** Whether the first locale that is set is a UTF-8 one. */
function isUtf8({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "");
}

/** Whether the program runs in tmux or GNU screen. */
function isMultiplexed({ TMUX, TERM = "" }: NodeJS.ProcessEnv): boolean {
  return TMUX !== undefined || /^(?:tmux|screen)/.test(TERM);
}
