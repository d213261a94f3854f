import type { Metric } from "./metric.ts";

/** What the server's process tells of itself; under the names that are usual for it, where there are such. */
export const processMetrics: readonly Metric[] = [
  {
    name: "obrolan_info",
    help: "Always 1; the version that runs.",
    advice: "Which version an effect came with.",
    type: "gauge",
    label: "version",
    readEach: ({ version }) => [[version, 1]],
  },
  {
    name: "obrolan_uptime_seconds",
    help: "How long the process has been there.",
    advice: "Small again and again: something kills it, or it cannot go on; the log's last lines say which.",
    type: "gauge",
    read: ({ process }) => process.uptime,
  },
  {
    name: "obrolan_event_loop_busy_seconds_total",
    help: "How long the event loop, which serves all streams, was doing something.",
    advice:
      "Its rate is the share of time that it is busy. Above 0.8: one core is nearly all it has, and this one is nearly used up. What helps is fewer writes: see `obrolan_response_events`.",
    type: "counter",
    read: ({ process }) => process.loopBusy,
  },
  {
    name: "obrolan_event_loop_delay_seconds",
    help: "How late the event loop came to what was due since the scrape before, by quantile; 1 is the longest.",
    advice:
      "Every stream waits that long. A few ms is usual under load. 0.1 and more for 0.99: another program takes the core, the machine swaps, or the heap is near its limit.",
    type: "gauge",
    label: "quantile",
    readEach: ({ process }) => process.loopDelay,
  },
  {
    name: "process_cpu_seconds_total",
    help: "CPU time of all threads.",
    advice:
      "Its rate is in cores. Above that of the event loop: the store's threads, password hashes and the collection of garbage.",
    type: "counter",
    read: ({ process }) => process.cpu,
  },
  {
    name: "process_resident_memory_bytes",
    help: "Memory that the process holds.",
    advice:
      "100 MB at the start; about 300 once its caches are full and it has been busy; and 16 to 40 KB a stream. Growing for days with as many streams as before: please report it, with `nodejs_heap_size_used_bytes`.",
    type: "gauge",
    read: ({ process }) => process.rss,
  },
  {
    name: "nodejs_heap_size_used_bytes",
    help: "Of that, what JavaScript holds, garbage included.",
    advice:
      "It goes up and down; it is its lowest points that count. Near Node's limit: give it more with `NODE_OPTIONS=--max-old-space-size=MB`.",
    type: "gauge",
    read: ({ process }) => process.heapUsed,
  },
  {
    name: "nodejs_external_memory_bytes",
    help: "Of that, buffers: encoded messages, and responses under way.",
    advice: "High with many slow clients: each may have one response of up to 64 KiB under way.",
    type: "gauge",
    read: ({ process }) => process.external,
  },
  {
    name: "process_open_fds",
    help: "Open file descriptors; on Linux alone.",
    advice: "One a connection, and about 30 others. At the limit nobody new gets in: raise `LimitNOFILE`.",
    type: "gauge",
    read: ({ process }) => process.openFiles,
  },
  {
    name: "nodejs_active_resources",
    help: "What keeps the event loop alive, by kind: sockets, timers and others.",
    advice: "Any kind that grows while `obrolan_streams` does not is a leak: please report it.",
    type: "gauge",
    label: "type",
    readEach: ({ process }) => process.resources,
  },
];
