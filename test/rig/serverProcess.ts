import { type Exit, type ProcessOptions, ServerProcess } from "../support/process.ts";
import { Proxy as NetworkProxy } from "../support/proxy.ts";

const NO_RATE_LIMIT = ["--messages-per-second", "0", "--burst", "0"];

/** How to start a server. */
export interface RestartableOptions extends ProcessOptions {
  /** More arguments of `obrolan serve`. */
  readonly args?: readonly string[];
}

/**
 * The real server's process on a data folder, behind a proxy whose port stays the same when the server is restarted.
 */
export class RestartableServer {
  /** The network between the clients and the server. */
  readonly proxy: NetworkProxy;
  readonly #folder: string;
  readonly #options: RestartableOptions;
  #process: ServerProcess;
  #port: number;

  private constructor(parts: {
    folder: string;
    options: RestartableOptions;
    proxy: NetworkProxy;
    process: ServerProcess;
    port: number;
  }) {
    this.#folder = parts.folder;
    this.#options = parts.options;
    this.proxy = parts.proxy;
    this.#process = parts.process;
    this.#port = parts.port;
  }

  /** Starts a server and its proxy. Resolves when the server listens. */
  static async start(folder: string, options: RestartableOptions = {}): Promise<RestartableServer> {
    const { server, port } = await serve(folder, options);
    return new RestartableServer({ folder, options, proxy: await NetworkProxy.start(port), process: server, port });
  }

  /** The server's own port, without the proxy. */
  get port(): number {
    return this.#port;
  }

  /** The port of the proxy. */
  get proxyPort(): number {
    return this.proxy.port;
  }

  /** The id of the server's process. */
  get pid(): number {
    const { pid } = this.#process.child;
    if (pid === undefined) throw new Error("the server's process has not been started");
    return pid;
  }

  /** Everything that the process has written since its last start. */
  get said(): string {
    return this.#process.said;
  }

  /** Resolves when the process ends. */
  get exited(): Promise<Exit> {
    return this.#process.exited;
  }

  /** Waits until the process has written something, and returns the match. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#process.says(pattern);
  }

  /** Sends a signal that does not end the process. */
  signal(signal: NodeJS.Signals): void {
    this.#process.child.kill(signal);
  }

  /** Ends the process with a signal, and waits for its end. */
  async kill(signal: NodeJS.Signals): Promise<Exit> {
    const exit = await this.#process.kill(signal);
    // From now on another program may take the port.
    this.proxy.forbid();
    return exit;
  }

  /** Starts the server again on the same folder. */
  async startAgain(): Promise<void> {
    const { server, port } = await serve(this.#folder, this.#options);
    this.#process = server;
    this.#port = port;
    this.proxy.pointTo(port);
    this.proxy.allow();
  }
}

function serve(folder: string, { args = [], ...options }: RestartableOptions) {
  return ServerProcess.serve(folder, [...NO_RATE_LIMIT, ...args], options);
}
