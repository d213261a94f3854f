import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { text as readAll } from "node:stream/consumers";
import { within } from "./deadline.ts";

/** The result of a scrape. */
export class Scrape {
  readonly text: string;
  readonly #samples: Map<string, number>;

  constructor(text: string) {
    this.text = text;
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    this.#samples = new Map(
      lines.map((line) => {
        const end = line.lastIndexOf(" ");
        return [line.slice(0, end), Number(line.slice(end + 1))];
      }),
    );
  }

  /** All samples, by name with labels as in the text. */
  get samples(): ReadonlyMap<string, number> {
    return this.#samples;
  }

  /** A sample, such as `obrolan_rejected_total{reason="TEXT_EMPTY"}`. */
  value(sample: string): number {
    const value = this.#samples.get(sample);
    if (value === undefined) throw new Error(`the scrape has no ${sample}:\n${this.text}`);
    return value;
  }

  /** The samples of a metric, by the value of its one label. */
  byLabel(name: string): Record<string, number> {
    const own = [...this.#samples].filter(([sample]) => sample.startsWith(`${name}{`));
    return Object.fromEntries(own.map(([sample, value]) => [/="(.*)"/.exec(sample)?.[1] ?? "", value]));
  }
}

/** Reads the metrics at `HOST:PORT` on a connection of its own. */
export async function scrape(address: string): Promise<Scrape> {
  const request = get(`http://${address}/metrics`, { agent: false });
  const [response] = (await within(once(request, "response"), `the metrics of ${address}`)) as [IncomingMessage];
  const text = await within(readAll(response), `all metrics of ${address}`);
  if (response.statusCode !== 200) throw new Error(`the metrics were answered with ${response.statusCode}: ${text}`);
  return new Scrape(text);
}
