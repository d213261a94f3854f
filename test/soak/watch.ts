import { setTimeout as sleep } from "node:timers/promises";
import type { SoakServer } from "./server.ts";

/** The state of the server's process at one moment. Sizes are in bytes. */
export interface Sample {
  /** Since the first client came. */
  readonly seconds: number;
  /** After a full garbage collection. */
  readonly heap: number;
  readonly rss: number;
  readonly external: number;
  readonly streams: number;
  readonly readers: number;
  readonly readersBehind: number;
  readonly openFiles: number;
  /** Sockets, timers and other resources that keep the process alive. */
  readonly handles: number;
  /** Listeners of the process's own events. Node warns of too many listeners of other events. */
  readonly listeners: number;
  /** The 99th percentile since the previous sample, in milliseconds. It includes the garbage collections. */
  readonly loopDelay: number;
  /** Since the start of the process. */
  readonly cpuSeconds: number;
  readonly accepted: number;
  readonly deliveries: number;
  readonly stalled: number;
}

/** The interval of the samples, in milliseconds. */
const EVERY = 5_000;

/** Watches a server from outside: reads its metrics, and makes it collect its garbage. */
export class Watch {
  readonly samples: Sample[] = [];
  readonly #server: SoakServer;
  #began = Date.now();

  constructor(server: SoakServer) {
    this.#server = server;
  }

  /** Counts the seconds from now on. */
  begin(): void {
    this.#began = Date.now();
  }

  /** Takes samples until it is stopped, and calls `seen` with each. */
  async run(stop: AbortSignal, seen: (sample: Sample) => void): Promise<void> {
    while (!stop.aborted) {
      const sample = await this.take();
      this.samples.push(sample);
      seen(sample);
      await sleep(EVERY, undefined, { signal: stop }).catch(() => {});
    }
  }

  /** Takes one sample. */
  async take(): Promise<Sample> {
    const { heapUsed, listeners } = await this.#server.collect();
    const now = await this.#server.scrape();
    const handles = Object.values(now.byLabel("nodejs_active_resources")).reduce((sum, count) => sum + count, 0);
    return {
      seconds: (Date.now() - this.#began) / 1_000,
      heap: heapUsed,
      rss: now.value("process_resident_memory_bytes"),
      external: now.value("nodejs_external_memory_bytes"),
      streams: now.value("obrolan_streams"),
      readers: now.value("obrolan_readers"),
      readersBehind: now.value("obrolan_readers_behind"),
      openFiles: now.value("process_open_fds"),
      handles,
      listeners,
      loopDelay: now.value('obrolan_event_loop_delay_seconds{quantile="0.99"}') * 1_000,
      cpuSeconds: now.value("process_cpu_seconds_total"),
      accepted: now.value("obrolan_accepted_total"),
      deliveries: now.value("obrolan_deliveries_total"),
      stalled: now.value('obrolan_streams_ended_total{reason="stalled"}'),
    };
  }
}
