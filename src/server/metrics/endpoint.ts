import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseAddress } from "../../config/index.ts";
import type { MetricsText } from "./registry.ts";

const PATH = "/metrics";

/** Serves the metrics over HTTP at `/metrics`. */
export class MetricsEndpoint {
  readonly #server: Server;
  readonly #text: MetricsText;
  readonly #report: (error: unknown) => void;

  constructor(text: MetricsText, report: (error: unknown) => void) {
    this.#text = text;
    this.#report = report;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Listens on `HOST:PORT`; resolves with the port, which is the system's choice for 0. */
  async listen(address: string): Promise<number> {
    this.#server.listen(parseAddress(address));
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  /** Answers no more, and cuts off whoever is connected. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  async #answer({ method, url = "" }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (url.split("?")[0] !== PATH) return say(response, 404, `There is nothing here: the metrics are at ${PATH}.`);
    if (method !== "GET" && method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      return say(response, 405, `The metrics can be read with GET; ${method} is not known here.`);
    }
    try {
      const body = await this.#text.now();
      response.writeHead(200, { "Content-Type": this.#text.type }).end(body);
    } catch (error) {
      this.#report(error);
      say(response, 500, "The metrics cannot be read; the server's log says why.");
    }
  }
}

function say(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(`${sentence}\n`);
}
