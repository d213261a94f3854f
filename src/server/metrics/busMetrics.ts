import type { Metric } from "./metric.ts";

/** The metrics of the bus between servers. All are 0 if the server does not use NATS. */
export const busMetrics: readonly Metric[] = [
  {
    name: "obrolan_bus_connected",
    help: "1 while the server is connected to NATS, 0 while it is not, or if it does not use NATS.",
    advice:
      "0 with NATS: nothing is lost, but messages of other servers arrive up to half a second later, and a logout ends streams on other servers within 5 s. The log has the cause.",
    type: "gauge",
    read: ({ bus }) => bus && (bus.isConnected ? 1 : 0),
  },
  {
    name: "obrolan_bus_published_total",
    help: "Notifications published for the other servers.",
    advice:
      "About one per commit. Far more than `obrolan_commit_messages_count`: many users come online and go offline.",
    type: "counter",
    read: ({ bus }) => bus?.published,
  },
  {
    name: "obrolan_bus_published_bytes_total",
    help: "Bytes of the published notifications.",
    advice: "The traffic from this server to each of the others.",
    type: "counter",
    read: ({ bus }) => bus?.publishedBytes,
  },
  {
    name: "obrolan_bus_received_total",
    help: "Notifications received from the other servers, unreadable messages included.",
    advice:
      "The sum of what the others have published. Far fewer: NATS drops notifications that this server reads too slowly.",
    type: "counter",
    read: ({ bus }) => bus?.received,
  },
  {
    name: "obrolan_bus_received_bytes_total",
    help: "Bytes of the received notifications.",
    advice: "The traffic from all other servers to this one.",
    type: "counter",
    read: ({ bus }) => bus?.receivedBytes,
  },
  {
    name: "obrolan_bus_dropped_total",
    help: "Notifications that were not sent, because NATS was unavailable or refused them.",
    advice: "If it grows while `obrolan_bus_connected` is 1, NATS is too slow, or accepts less than 1 MiB per message.",
    type: "counter",
    read: ({ bus }) => bus?.dropped,
  },
  {
    name: "obrolan_bus_unreadable_total",
    help: "Messages from NATS that are not notifications.",
    advice: "Above 0: a client that is not a server publishes on the subject. Forbid that in the permissions of NATS.",
    type: "counter",
    read: ({ bus }) => bus?.unreadable,
  },
];
