import type { ChatResponse, Event } from "../../src/gen/obrolan/v1/chat.ts";
import type { Goodbye } from "../../src/server/chat/events.ts";
import type { Sink, Stream } from "../../src/server/chat/stream.ts";
import { decode } from "./encoder.ts";
import { until } from "./eventLoop.ts";

/** The wire below a stream, with a client that takes each response a turn later unless `reading` is false. */
export class TestSink implements Sink {
  readonly responses: ChatResponse[] = [];
  /** The maximum number of responses that were in flight at once. */
  maxInFlight = 0;
  ended: "open" | "ended" | "reset" = "open";
  goodbye: Goodbye | undefined;
  reading = true;
  #stream: Stream | undefined;
  #inFlight = 0;

  /** The stream above the sink. */
  set stream(stream: Stream) {
    this.#stream = stream;
  }

  get stream(): Stream {
    if (this.#stream === undefined) throw new Error("the sink has no stream yet");
    return this.#stream;
  }

  send(response: Uint8Array): void {
    this.responses.push(decode(response));
    this.#inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.#inFlight);
    if (this.reading) setImmediate(() => this.#take());
  }

  end(goodbye?: Goodbye): void {
    this.goodbye = goodbye;
    this.#close("ended");
  }

  reset(): void {
    this.#close("reset");
  }

  /** Takes the responses that were not taken so far, and all later ones. */
  read(): void {
    this.reading = true;
    while (this.#inFlight > 0) this.#take();
  }

  /** The events of all responses so far. */
  get events(): NonNullable<Event["event"]>[] {
    return this.responses.flatMap(({ events }) => events.flatMap(({ event }) => event ?? []));
  }

  /** The kinds of all events so far. */
  get kinds(): string[] {
    return this.events.map(({ $case }) => $case);
  }

  /** The texts of all messages so far. */
  get texts(): string[] {
    return this.events.flatMap((event) => (event.$case === "message" ? [event.value.text] : []));
  }

  /** Waits for an event of a kind. */
  async has(kind: string): Promise<void> {
    await until(() => this.kinds.includes(kind), `${kind} after ${this.kinds}`);
  }

  #take(): void {
    this.#inFlight -= 1;
    this.stream.flushed();
  }

  #close(ended: "ended" | "reset"): void {
    this.ended = ended;
    setImmediate(() => this.stream.closed());
  }
}
