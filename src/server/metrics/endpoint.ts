import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseAddress } from "../../shared/address.ts";
import { CONTENT_TYPE } from "./exposition.ts";

const PATH = "/metrics";
/** Prometheus has one or two. More would use up the file descriptors of the process. */
const MAX_CONNECTIONS = 32;

/** Serves the metrics over HTTP at `/metrics`. */
export class MetricsEndpoint {
  readonly #server: Server;
  readonly #render: () => string;
  readonly #report: (error: unknown) => void;

  /** `render` is called once per scrape. `report` receives what it throws. */
  constructor(render: () => string, report: (error: unknown) => void) {
    this.#render = render;
    this.#report = report;
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Listens on `HOST:PORT` and resolves with the port. For port 0, the system chooses one. */
  async listen(address: string): Promise<number> {
    this.#server.listen(parseAddress(address));
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  /** Stops listening and closes all connections. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #answer({ method, url = "" }: IncomingMessage, response: ServerResponse): void {
    if (url.split("?")[0] !== PATH) {
      respond(response, 404, `There is nothing here: the metrics are at ${PATH}.`);
    } else if (method !== "GET" && method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      respond(response, 405, `The metrics can be read with GET; ${method} is not known here.`);
    } else {
      this.#sendMetrics(response);
    }
  }

  #sendMetrics(response: ServerResponse): void {
    try {
      const body = this.#render();
      response.writeHead(200, { "Content-Type": CONTENT_TYPE }).end(body);
    } catch (error) {
      this.#report(error);
      respond(response, 500, "The metrics cannot be read; the server's log says why.");
    }
  }
}

function respond(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(`${sentence}\n`);
}
