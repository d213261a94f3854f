import type { Metric } from "./metric.ts";

/** The metrics of the process. Those that other programs have too keep their usual names. */
export const processMetrics: readonly Metric[] = [
  {
    name: "obrolan_info",
    help: "Always 1. The labels are the version that runs, and the runtime (`node` or `bun`) with its version.",
    advice: "It shows with which version a change began. [Node and Bun](runtimes.md) says how the runtimes differ.",
    type: "gauge",
    labels: {
      version: ({ version }) => version,
      runtime: ({ runtime }) => runtime.name,
      runtime_version: ({ runtime }) => runtime.version,
    },
  },
  {
    name: "obrolan_uptime_seconds",
    help: "Time since the process started.",
    advice:
      "If it is small again and again, the process is killed, or ends with an error: the last lines of the log say which.",
    type: "gauge",
    read: ({ process }) => process.uptime,
  },
  {
    name: "obrolan_event_loop_busy_seconds_total",
    help: "Time in which the event loop, which serves all streams, was busy.",
    advice:
      "Its rate is the busy share of one core. Above 0.8, the core is nearly used up, and the server cannot use a second one for streams. Fewer writes help: see `obrolan_response_events`.",
    type: "counter",
    read: ({ process }) => process.loopBusy,
  },
  {
    name: "obrolan_event_loop_delay_seconds",
    help: "Delay of the event loop since the previous scrape, by quantile. Quantile 1 is the maximum.",
    advice:
      "Each stream waits as long. A few ms are normal under load. 0.1 and more for 0.99: another program uses the core, the machine swaps, or the heap is near its limit.",
    type: "gauge",
    label: "quantile",
    readEach: ({ process }) => process.loopDelay,
  },
  {
    name: "process_cpu_seconds_total",
    help: "CPU time of all threads.",
    advice:
      "Its rate is in cores. What exceeds the event loop is used by the store's threads, password hashes and garbage collection.",
    type: "counter",
    read: ({ process }) => process.cpu,
  },
  {
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process.",
    advice:
      "100 MB after the start, about 300 MB with full caches under load, and 16 to 40 KB per stream. If it grows for days with the same number of streams, please report it, with `nodejs_heap_size_used_bytes`.",
    type: "gauge",
    read: ({ process }) => process.rss,
  },
  {
    name: "nodejs_heap_size_used_bytes",
    help: "Memory of JavaScript objects, garbage included. A part of the resident memory.",
    advice:
      "It rises and falls; its lowest points count. Near the limit of Node.js: raise it with `NODE_OPTIONS=--max-old-space-size=MB`.",
    type: "gauge",
    read: ({ process }) => process.heapUsed,
  },
  {
    name: "nodejs_external_memory_bytes",
    help: "Memory of buffers: encoded messages and responses in flight. A part of the resident memory.",
    advice: "High with many slow clients: each may have one response of up to 64 KiB in flight.",
    type: "gauge",
    read: ({ process }) => process.external,
  },
  {
    name: "process_open_fds",
    help: "Open file descriptors. 0 except on Linux.",
    advice: "One per connection, and about 30 others. At the limit, no new client can connect: raise `LimitNOFILE`.",
    type: "gauge",
    read: ({ process }) => process.openFiles,
  },
  {
    name: "nodejs_active_resources",
    help: "Resources that keep the event loop alive, by kind: sockets, timers and others.",
    advice: "If a kind grows while `obrolan_streams` does not, it is a leak: please report it.",
    type: "gauge",
    label: "type",
    readEach: ({ process }) => process.resources,
  },
];
