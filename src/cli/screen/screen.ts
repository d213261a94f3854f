import type { ReadStream, WriteStream } from "node:tty";
import { CATALOGUES, type Catalogue, languageOf } from "../catalogue/index.ts";
import { type Completion, Editor } from "../editor/editor.ts";
import type { EditorAction, Offer } from "../editor/view.ts";
import { mayHoldPassword } from "../signInLine.ts";
import type { Item } from "../terminal/item.ts";
import { Output } from "../terminal/output.ts";
import { countColours } from "../terminal/palette.ts";
import { Pretty } from "../terminal/pretty.ts";
import type { Notice, PendingLine, Status } from "../terminal/status.ts";
import { makeStyle } from "../terminal/style.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { Ruler } from "../text/ruler.ts";
import { editExternally } from "./externalEditor.ts";
import { type Input, KeyDecoder } from "./keyDecoder.ts";
import { type AreaContent, Layout, type Size } from "./layout.ts";
import { Painter } from "./painter.ts";
import { PositionQuery } from "./positionQuery.ts";
import { hasWindow, noticeOf, statusParts, titleOf } from "./status.ts";
import { stopProcessGroup } from "./suspend.ts";
import { TerminalModes } from "./terminalModes.ts";

/** How many lines may be typed ahead. Further ones are dropped. */
const MAX_LINES_AHEAD = 1000;
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
  readonly #query: PositionQuery;
  readonly #painter: Painter;
  readonly #modes: TerminalModes;
  readonly #interrupt = new AbortController();
  readonly #lines: string[] = [];
  /** Resolves the pending `line()`. */
  #reader: ((line: string | undefined) => void) | undefined;
  #complete: (before: string) => Completion = () => ({ from: 0, candidates: [] });
  #status: Status | undefined;
  #pending: readonly PendingLine[] = [];
  #title = "";
  #ended = false;
  #closed = false;
  /** Another program has the terminal. */
  #isLent = false;
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
    const ruler = new Ruler();
    this.#pretty = new Pretty({ style, words: catalogue, ruler });
    this.#query = new PositionQuery(options.answerLimitMs ?? ANSWER_LIMIT_MS);
    this.#painter = new Painter({
      output,
      size: () => this.#size,
      content: () => this.#content,
      layout: new Layout(ruler, style, this.#words),
      ruler,
      query: this.#query,
      resizeQuietMs: options.resizeQuietMs ?? (isMultiplexed(env) ? TMUX_RESIZE_QUIET_MS : RESIZE_QUIET_MS),
    });
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
    this.#painter.write(this.#modes.enter());
    this.#painter.askForKind();
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
    this.#painter.change();
    const secret = await this.line();
    this.#editor.askSecret(undefined);
    this.#painter.change();
    return secret;
  }

  enterRoom(complete: (before: string) => Completion): void {
    this.#editor.startHistory();
    this.#complete = complete;
  }

  async show(item: Item): Promise<void> {
    const text = this.#pretty.format(item, this.#size.columns);
    if (text !== "" && !this.#closed) await this.#painter.print(text);
  }

  setStatus(status: Status): void {
    this.#status = status;
    if (this.#ended) return;
    if (status.connection.kind !== "away") this.#stopTicker();
    else this.#ticker ??= setInterval(() => this.#painter.change(), TICK_MS).unref();
    const title = hasWindow(this.#env) ? titleOf(status) : "";
    if (title !== this.#title) this.#painter.write(title);
    this.#title = title;
    this.#painter.change();
  }

  setPending(lines: readonly PendingLine[]): void {
    this.#pending = lines;
    this.#painter.change();
  }

  offer(offer: Offer): void {
    this.#editor.offer(offer);
    this.#painter.change();
  }

  notify(notice: Notice): void {
    if (!this.#closed) this.#painter.write(noticeOf(notice, this.#env));
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopTicker();
    this.#painter.change();
    this.#reader?.(undefined);
  }

  async close(): Promise<void> {
    this.end();
    // An answer that comes later would be typed into the shell.
    await this.#painter.finish();
    await this.#output.write(this.#release());
    await this.#output.flush();
  }

  get #size(): Size {
    return { columns: this.#tty.columns || 80, rows: this.#tty.rows || 24 };
  }

  get #content(): AreaContent | undefined {
    if (this.#ended) return undefined;
    const status = this.#status && statusParts(this.#status, this.#words, performance.now());
    return { pending: this.#pending, input: this.#editor.view, status: status ?? [] };
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

  readonly #onResize = () => this.#painter.resize();

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
    this.#painter.write(this.#modes.enterAgain() + this.#title);
    this.#painter.startAnew();
  };

  #onInput(input: Input): void {
    if (input.kind === "position") {
      this.#query.take(input);
      return;
    }
    if (input.kind === "attributes") {
      this.#painter.noteKind(input.attributes);
      return;
    }
    const { key } = input;
    if (!this.#ended) {
      for (const action of this.#editor.handle(key)) this.#act(action);
      this.#painter.change();
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
        this.#painter.redraw();
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

  #stopTicker(): void {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }

  /** Lends the terminal to another program, without the area and the modes. */
  #lend(borrower: () => Promise<void>): void {
    this.#painter.lend(async () => {
      await this.#output.write(this.#modes.leave());
      await this.#output.flush();
      this.#isLent = true;
      try {
        await borrower();
      } finally {
        this.#isLent = false;
        this.#painter.write(this.#modes.enter() + this.#title);
      }
    });
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
