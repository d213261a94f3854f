import { expect } from "chai";
import fc from "fast-check";
import { type Message, type RoomEvent, RoomView, type ViewChange } from "../../../src/client/index.ts";
import { SimulatedRoom } from "./simulatedRoom.ts";

const RUNS = 2_000;
/** `SEED=…` repeats a run. */
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);

type Step =
  | { readonly kind: "post" | "reconnect" }
  | { readonly kind: "edit" | "delete" | "truncate" | "deliver" | "answer"; readonly number: number }
  | { readonly kind: "restore"; readonly messages: number; readonly recent: number | undefined }
  /** A page is asked for. The log is read at once, or when the page comes. */
  | { readonly kind: "ask"; readonly count: number; readonly readsNow: boolean };

const small = fc.integer({ min: 0, max: 12 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("post" as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("edit" as const, "delete" as const), number: small }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("deliver" as const), number: small }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("ask" as const),
      count: fc.integer({ min: 1, max: 6 }),
      readsNow: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("answer" as const), number: small }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("truncate" as const), number: small }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reconnect" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("restore" as const),
      messages: small,
      recent: fc.option(small, { nil: undefined }),
    }),
  },
);

/** A page that was asked for, and has not come. */
interface Page {
  readonly count: number;
  readonly added: Promise<number>;
  readonly answer: () => void;
  /** What will be answered; undefined: the log is not read yet. */
  messages: Message[] | undefined;
  readonly read: () => Message[];
  /** The messages that were edited or deleted since the page was asked for. */
  readonly changed: Set<bigint>;
  isDropped: boolean;
}

/** The ids that a view must hold: plain lists, without any of the view's shortcuts. */
class PlainModel {
  readonly #max: number;
  #ids: bigint[] = [];
  #deleted = new Set<bigint>();
  #hasCaughtUp = false;
  hasOlder = true;
  pages: Page[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  get ids(): readonly bigint[] {
    return this.#ids;
  }

  /** How many messages of a page the view takes. */
  space(count: number): number {
    return this.#hasCaughtUp ? Math.min(count, this.#max - this.#ids.length) : 0;
  }

  apply(event: RoomEvent): void {
    if (event.kind === "connected") this.#hasCaughtUp &&= event.again && !event.logChanged;
    if (event.kind === "caughtUp") this.#hasCaughtUp = true;
    if (event.kind === "gap" || (event.kind === "connected" && event.logChanged)) this.#clear();
    if (event.kind === "edited" || event.kind === "deleted") {
      for (const page of this.pages) page.changed.add(event.messageId);
    }
    if (event.kind === "deleted") {
      this.#deleted.add(event.messageId);
      this.#ids = this.#ids.filter((id) => id !== event.messageId);
    }
    if (event.kind === "message") this.#add([event.id]);
  }

  /** Adds a page. Returns how many of its messages are in the view now that were not. */
  addPage({ messages = [], count, isDropped, changed }: Page): number {
    if (isDropped || changed.size > this.#max) return 0;
    this.hasOlder = messages.length === count;
    const before = new Set(this.#ids);
    this.#add(messages.map(({ id }) => id).filter((id) => !this.#deleted.has(id)));
    return this.#ids.filter((id) => !before.has(id)).length;
  }

  #add(ids: readonly bigint[]): void {
    const all = [...new Set([...this.#ids, ...ids])].sort((a, b) => Number(a - b));
    this.#ids = all.slice(-this.#max);
    if (all.length > this.#max) this.#dropPages();
    if (all.length > this.#max) this.hasOlder = true;
  }

  #clear(): void {
    this.#ids = [];
    this.hasOlder = true;
    this.#deleted.clear();
    this.#dropPages();
  }

  #dropPages(): void {
    for (const page of this.pages) page.isDropped = true;
  }
}

/** A list that is kept up to date with nothing but what a listener is told. */
class Mirror {
  messages: Message[] = [];

  follow({ cleared, added, edited, removed }: ViewChange): void {
    if (cleared) this.messages = [];
    for (const { id } of removed) this.messages.splice(this.#indexOf(id), 1);
    for (const message of edited) this.messages.splice(this.#indexOf(message.id), 1, message);
    this.messages = [...this.messages, ...added].sort((a, b) => Number(a.id - b.id));
  }

  #indexOf(id: bigint): number {
    const index = this.messages.findIndex((message) => message.id === id);
    if (index < 0) throw new Error(`the listener was told of ${id}, which is not there`);
    return index;
  }
}

const idsOf = (messages: readonly Message[]) => messages.map(({ id }) => id);

/** Plays the steps, and compares the view with the model after each one. */
async function play(maxMessages: number, recent: number, messages: number, steps: readonly Step[]): Promise<void> {
  const room = new SimulatedRoom(recent, messages);
  const view = new RoomView({ maxMessages });
  const model = new PlainModel(maxMessages);
  const mirror = new Mirror();
  view.onChange((change) => mirror.follow(change));

  function deliver(count: number): void {
    for (let delivered = 0; delivered < count; delivered++) {
      const event = room.next();
      if (event === undefined) return;
      view.apply(event);
      model.apply(event);
    }
  }

  function ask(count: number, readsNow: boolean): void {
    const wanted = model.space(count);
    const beforeId = view.oldestId;
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const read = () => room.history(beforeId).slice(0, wanted);
    const page: Page = {
      count: wanted,
      answer,
      read,
      messages: readsNow ? read() : undefined,
      changed: new Set(),
      isDropped: wanted === 0,
      added: view.prepend(history(), count),
    };
    async function* history(): AsyncGenerator<Message, void> {
      await answered;
      yield* page.messages ?? [];
    }
    model.pages.push(page);
  }

  async function answer(choice: number): Promise<void> {
    const [page] = model.pages.splice(choice % model.pages.length, 1);
    if (page === undefined) return;
    page.messages ??= page.read();
    page.answer();
    expect(await page.added).to.equal(model.addPage(page));
  }

  for (const step of steps) {
    if (step.kind === "post") room.post();
    else if (step.kind === "edit") room.edit(step.number);
    else if (step.kind === "delete") room.delete(step.number);
    else if (step.kind === "truncate") room.truncate(step.number);
    else if (step.kind === "reconnect") room.reconnect();
    else if (step.kind === "restore") room.restore(step.messages, step.recent);
    else if (step.kind === "deliver") deliver(step.number);
    else if (step.kind === "ask") ask(step.count, step.readsNow);
    else if (step.kind === "answer") await answer(step.number);
    expect(idsOf(view.messages)).to.deep.equal(model.ids);
    expect(view.hasOlder).to.equal(model.hasOlder);
    expect(mirror.messages).to.deep.equal(view.messages);
  }

  deliver(Number.POSITIVE_INFINITY);
  while (model.pages.length > 0) await answer(0);
  expect(idsOf(view.messages)).to.deep.equal(model.ids);
  expect(mirror.messages).to.deep.equal(view.messages);
  // The view has converged: no hole, no deleted message, and the newest texts.
  const truth = view.oldestId === undefined ? [] : room.messagesFrom(view.oldestId);
  expect(idsOf(view.messages)).to.deep.equal(idsOf(truth));
  const isKept = ({ id }: Message) => !room.isTruncated(id);
  expect(view.messages.filter(isKept)).to.deep.equal(truth.filter(isKept));
}

describe("RoomView, compared with a plain model", () => {
  it(`a view holds the messages as they are now, for any mix of events and pages (${RUNS} runs, SEED=${SEED})`, async () => {
    const maximum = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant(1_000));
    const mix = fc.asyncProperty(maximum, small, small, fc.array(step, { maxLength: 60, size: "max" }), play);
    await fc.assert(mix, { numRuns: RUNS, seed: SEED });
  });
});
