import { within } from "./deadline.ts";

/** What a scrape gave. */
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

  /** All samples, by name with labels as they stand in the text. */
  get samples(): ReadonlyMap<string, number> {
    return this.#samples;
  }

  /** A sample, such as `obrolan_rejected_total{reason="TEXT_EMPTY"}`. */
  value(sample: string): number {
    const value = this.#samples.get(sample);
    if (value === undefined) throw new Error(`the scrape has no ${sample}:\n${this.text}`);
    return value;
  }

  /** The samples of a metric, by what its one label says. */
  byLabel(name: string): Record<string, number> {
    const own = [...this.#samples].filter(([sample]) => sample.startsWith(`${name}{`));
    return Object.fromEntries(own.map(([sample, value]) => [/="(.*)"/.exec(sample)?.[1] ?? "", value]));
  }
}

/** Reads the metrics at `HOST:PORT`. */
export async function scrape(address: string): Promise<Scrape> {
  const response = await within(fetch(`http://${address}/metrics`), `the metrics of ${address}`);
  if (!response.ok) throw new Error(`the metrics were answered with ${response.status}: ${await response.text()}`);
  return new Scrape(await response.text());
}
