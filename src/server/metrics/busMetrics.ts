import type { Metric } from "./metric.ts";

/** What the bus between servers tells of itself; nothing where there is but one server. */
export const busMetrics: readonly Metric[] = [
  {
    name: "obrolan_bus_connected",
    help: "1 while there is a connection to NATS, 0 while there is none; only where NATS is used.",
    advice:
      "0: nothing is lost, but what other servers accept is seen up to half a second later, and a logout ends streams on other servers within 5 s. The log says why.",
    type: "gauge",
    read: ({ bus }) => bus && (bus.isConnected ? 1 : 0),
  },
  {
    name: "obrolan_bus_published_total",
    help: "Hints that were published for the other servers.",
    advice: "About one for each commit. Far more than `obrolan_commit_messages_count`: many come and go.",
    type: "counter",
    read: ({ bus }) => bus?.published,
  },
  {
    name: "obrolan_bus_published_bytes_total",
    help: "Bytes of these.",
    advice: "What this server puts on the network for each of the others.",
    type: "counter",
    read: ({ bus }) => bus?.publishedBytes,
  },
  {
    name: "obrolan_bus_received_total",
    help: "Hints that came from the other servers.",
    advice: "As many as the others have published together. Far fewer: NATS drops what this server takes too slowly.",
    type: "counter",
    read: ({ bus }) => bus?.received,
  },
  {
    name: "obrolan_bus_received_bytes_total",
    help: "Bytes of these.",
    advice: "What this server gets from all of the others.",
    type: "counter",
    read: ({ bus }) => bus?.receivedBytes,
  },
  {
    name: "obrolan_bus_dropped_total",
    help: "Hints that did not go out: NATS was away, or did not take them.",
    advice: "Growing while `obrolan_bus_connected` is 1: NATS is too slow, or takes less than 1 MiB at once.",
    type: "counter",
    read: ({ bus }) => bus?.dropped,
  },
  {
    name: "obrolan_bus_unreadable_total",
    help: "What came from NATS and was no hint.",
    advice: "Any: somebody else publishes there, who should not be allowed to.",
    type: "counter",
    read: ({ bus }) => bus?.unreadable,
  },
];
