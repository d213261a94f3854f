import { Histogram } from "./histogram.ts";
import type { Recorder } from "./recorder.ts";

interface Delivery {
  /** The index of the node that the receiver is connected to. */
  readonly node: number;
  readonly number: number;
  readonly at: number;
}

/** Latencies of messages that are all sent on the first node, by the node of the receiver. */
export interface NodeLatencies {
  /** From sending to receipt on the sender's node. */
  readonly same: Histogram;
  /** From sending to receipt on another node. */
  readonly other: Histogram;
  /** From `accepted` at the sender to receipt on another node; 0 if the receipt came first. */
  readonly otherAfterAccepted: Histogram;
}

/** Measures latencies by node. It keeps every delivery in memory until the end, so it suits runs with few of them. */
export class NodeLatencyMeter {
  readonly #deliveries: Delivery[] = [];
  #first = Number.POSITIVE_INFINITY;

  /** Measures messages from this number on, and ignores the ones before. */
  start(number: number): void {
    this.#first = number;
  }

  /** Records a delivery to a client of the node with this index. */
  add(node: number, number: number, at: number): void {
    if (number >= this.#first) this.#deliveries.push({ node, number, at });
  }

  /** The latencies so far. Call it once all messages are accepted. */
  latencies(recorder: Recorder): NodeLatencies {
    const [same, other, otherAfterAccepted] = [new Histogram(), new Histogram(), new Histogram()];
    for (const { node, number, at } of this.#deliveries) {
      if (node === 0) same.add(at - recorder.sentAt(number));
      else {
        other.add(at - recorder.sentAt(number));
        otherAfterAccepted.add(at - recorder.acceptedAt(number));
      }
    }
    return { same, other, otherAfterAccepted };
  }
}
