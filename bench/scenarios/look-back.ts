import { ClientError, createChannel, createClient, Metadata, Status } from "nice-grpc";
import { ChatServiceDefinition } from "../../src/gen/obrolan/v1/chat.ts";
import type { Bench } from "../load/bench.ts";
import { Histogram } from "../load/histogram.ts";
import { Recorder } from "../load/recorder.ts";
import { OpenLoop } from "../load/sendLoops.ts";
import { fillWithTalk } from "../load/sqliteLog.ts";
import { Talk, wordOf } from "../load/talk.ts";
import { VirtualUsers } from "../load/virtualUsers.ts";
import type { Figures } from "../model/figures.ts";
import type { Scenario } from "./scenario.ts";

const WARM_UP_SECONDS = 4;
/** The ranks of the words that are searched for: the commonest, and words of which there are some dozens. */
const COMMONEST = 0;
const RARE = 12_000;

/** How soon a page of the history and of a search comes, in a long log. */
export const lookBack: Scenario = {
  name: "look-back",
  summary: ({ messages, rate, receivers, textBytes }) =>
    `one reader asks for pages of a log of ${messages} messages of about ${textBytes} bytes, one after another; ` +
    `"busy": while ${rate} messages a second go to ${receivers} receivers`,
  defaults: { messages: 1_000_000, textBytes: 100, seconds: 10, rate: 1000, receivers: 20 },
  runs: { alone: (bench) => lookBackOn(bench, false), busy: (bench) => lookBackOn(bench, true) },
  columns: [
    { figure: "historyP50", title: "a page of history, p50, ms", digits: 2 },
    { figure: "historyP99", title: "p99, ms", digits: 2 },
    { figure: "rareP50", title: "search, a rare word, p50, ms", digits: 2 },
    { figure: "rareP99", title: "p99, ms", digits: 2 },
    { figure: "commonP50", title: "the commonest word, p50, ms", digits: 2 },
    { figure: "commonP99", title: "p99, ms", digits: 2 },
    { figure: "twoP50", title: "two words, p50, ms", digits: 2 },
    { figure: "twoP99", title: "p99, ms", digits: 2 },
    { figure: "deliveryP99", title: "a delivery meanwhile, p99, ms", digits: 1 },
    { figure: "indexSeconds", title: "index built in, s", digits: 0 },
    { figure: "serverBusy", title: "server busy, %", digits: 0 },
  ],
  musts: () => [],
};

async function lookBackOn(bench: Bench, isBusy: boolean): Promise<Figures> {
  const { messages, rate, receivers, seconds, textBytes } = bench.options;
  const server = await bench.startServer("obrolan", (folder) => fillWithTalk(folder, messages, textBytes));
  const startedAt = performance.now();
  const users = new VirtualUsers(bench, server, new Recorder(textBytes));
  const [sender] = isBusy ? await users.connectAndJoin(receivers) : [];
  const loop = sender === undefined ? undefined : new OpenLoop(sender, rate);
  const reader = await Reader.signIn(server.addresses[0] ?? "", messages);
  try {
    const indexSeconds = await reader.indexed(bench, startedAt);
    loop?.start();
    await reader.read(bench, WARM_UP_SECONDS, "warming up");
    users.recorder.latency.clear();
    const before = { at: performance.now(), cpu: server.cpuSeconds() };
    const times = await reader.read(bench, seconds, "measuring");
    const elapsed = (performance.now() - before.at) / 1000;
    const serverBusy = ((server.cpuSeconds() - before.cpu) / elapsed) * 100;
    loop?.stop();
    await users.waitUntilComplete();
    const deliveries: Figures = isBusy ? { deliveryP99: users.recorder.latency.quantile(0.99) } : {};
    return { ...times, ...deliveries, serverBusy, indexSeconds };
  } finally {
    reader.close();
  }
}

/** A client that asks for pages with the generated stubs, as another program would. */
class Reader {
  readonly #channel;
  readonly #client;
  readonly #talk = new Talk(2);
  readonly #messages: number;
  #metadata = Metadata();

  private constructor(address: string, messages: number) {
    this.#channel = createChannel(address);
    this.#client = createClient(ChatServiceDefinition, this.#channel);
    this.#messages = messages;
  }

  static async signIn(address: string, messages: number): Promise<Reader> {
    const reader = new Reader(address, messages);
    const { token } = await reader.#client.register({ username: "reader", password: "benchmark-password" });
    reader.#metadata = Metadata({ authorization: `Bearer ${token}` });
    return reader;
  }

  /** Waits until the server has indexed its log. Resolves with the seconds since `startedAt`. */
  async indexed(bench: Bench, startedAt: number): Promise<number> {
    for (;;) {
      try {
        // A word that no text has must be looked for in the whole index.
        await this.#search("xylophone");
        return (performance.now() - startedAt) / 1000;
      } catch (error) {
        if (!(error instanceof ClientError) || error.code !== Status.UNAVAILABLE) throw error;
      }
      await bench.runFor(0.5, "waiting for the search index");
    }
  }

  /** Asks for one page after another, of each kind in turn. Resolves with the times until the pages came. */
  async read(bench: Bench, seconds: number, what: string): Promise<Figures> {
    const times = { history: new Histogram(), rare: new Histogram(), common: new Histogram(), two: new Histogram() };
    let isOver = false;
    const over = bench.runFor(seconds, what).finally(() => {
      isOver = true;
    });
    // If a call fails first, no code waits for the end of the time.
    over.catch(() => {});
    while (!isOver) {
      await timed(times.history, this.#history());
      await timed(times.rare, this.#search(wordOf(RARE + this.#talk.pick(1000))));
      await timed(times.common, this.#search(wordOf(COMMONEST)));
      await timed(times.two, this.#search(`${wordOf(1 + this.#talk.pick(50))} ${wordOf(100 + this.#talk.pick(500))}`));
    }
    await over;
    return Object.fromEntries(
      Object.entries(times).flatMap(([kind, histogram]) => [
        [`${kind}P50`, histogram.quantile(0.5)],
        [`${kind}P99`, histogram.quantile(0.99)],
      ]),
    );
  }

  close(): void {
    this.#channel.close();
  }

  async #history(): Promise<void> {
    const beforeId = BigInt(2 + this.#talk.pick(this.#messages));
    const { messages } = await this.#client.history({ beforeId, pageSize: 50 }, { metadata: this.#metadata });
    if (messages.length === 0) throw new Error(`The page before ${beforeId} is empty.`);
  }

  async #search(query: string): Promise<void> {
    await this.#client.search({ query, pageSize: 20 }, { metadata: this.#metadata });
  }
}

async function timed(histogram: Histogram, call: Promise<void>): Promise<void> {
  const startedAt = performance.now();
  await call;
  histogram.add(performance.now() - startedAt);
}
