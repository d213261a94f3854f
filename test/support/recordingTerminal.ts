import type { Completion } from "../../src/cli/editor/completion.ts";
import type { Offer } from "../../src/cli/editor/view.ts";
import type { Item } from "../../src/cli/terminal/item.ts";
import type { Notice, PendingLine, Status } from "../../src/cli/terminal/status.ts";
import type { Terminal } from "../../src/cli/terminal/terminal.ts";
import { within } from "./deadline.ts";

/** An item of one kind. */
export type ItemOf<K extends Item["kind"]> = Extract<Item, { kind: K }>;

/** A person's terminal that records what it is told to show, and whose lines a test types. */
export class RecordingTerminal implements Terminal {
  readonly isInteractive = true;
  showsPending = true;
  readonly items: Item[] = [];
  readonly offers: Offer[] = [];
  readonly notices: Notice[] = [];
  /** Every status, the newest last. */
  readonly statuses: Status[] = [];
  /** The pending lines after each change, the newest last. */
  readonly pendings: (readonly PendingLine[])[] = [];
  complete: (before: string) => Completion = () => ({ from: 0, candidates: [] });
  readonly #interrupt = new AbortController();
  readonly interrupted = this.#interrupt.signal;
  readonly #lines: string[] = [];
  readonly #watchers = new Set<() => void>();
  #reader: ((line: string | undefined) => void) | undefined;
  #ended = false;

  /** The person enters a line. */
  type(line: string): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader === undefined) this.#lines.push(line);
    else reader(line);
  }

  /** The person presses Ctrl-C. */
  interrupt(): void {
    this.#interrupt.abort();
    this.end();
  }

  /** The items of one kind. */
  of<K extends Item["kind"]>(kind: K): ItemOf<K>[] {
    return this.items.filter((item): item is ItemOf<K> => item.kind === kind);
  }

  /** The notes. */
  get notes(): string[] {
    return this.of("note").map(({ text }) => text);
  }

  get status(): Status | undefined {
    return this.statuses.at(-1);
  }

  /** The lines that are shown as pending. */
  get pending(): readonly PendingLine[] {
    return this.pendings.at(-1) ?? [];
  }

  /** Waits for a condition, which is checked after every change. */
  async until(what: string, condition: () => boolean): Promise<void> {
    let watch = () => {};
    const met = new Promise<void>((resolve) => {
      watch = () => condition() && resolve();
    });
    this.#watchers.add(watch);
    try {
      watch();
      await within(met, () => `${what}; shown: ${this.items.map(({ kind }) => kind).join(", ")}`);
    } finally {
      this.#watchers.delete(watch);
    }
  }

  /** Waits for an item of a kind, by default for any; `count`: for so many of them. Resolves with the last one. */
  async shows<K extends Item["kind"]>(
    kind: K,
    accept: (item: ItemOf<K>) => boolean = () => true,
    count = 1,
  ): Promise<ItemOf<K>> {
    const found = () => this.of(kind).filter(accept);
    await this.until(`the terminal to show ${kind}`, () => found().length >= count);
    return found()[count - 1] as ItemOf<K>;
  }

  line(): Promise<string | undefined> {
    const line = this.#lines.shift();
    if (line !== undefined || this.#ended) return Promise.resolve(line);
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  secret(): Promise<string | undefined> {
    return this.line();
  }

  enterRoom(complete: (before: string) => Completion): void {
    this.complete = complete;
  }

  async show(item: Item): Promise<void> {
    this.items.push(item);
    this.#changed();
  }

  setStatus(status: Status): void {
    this.statuses.push(status);
    this.#changed();
  }

  setPending(lines: readonly PendingLine[]): void {
    this.pendings.push(lines);
    this.#changed();
  }

  offer(offer: Offer): void {
    this.offers.push(offer);
    this.#changed();
  }

  notify(notice: Notice): void {
    this.notices.push(notice);
    this.#changed();
  }

  end(): void {
    this.#ended = true;
    this.#reader?.(undefined);
    this.#reader = undefined;
  }

  async close(): Promise<void> {
    this.end();
  }

  #changed(): void {
    for (const watch of this.#watchers) watch();
  }
}
