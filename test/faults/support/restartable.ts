import { type Exit, type ProcessOptions, ServerProcess } from "../../support/process.ts";
import { Proxy as NetworkProxy } from "../../support/proxy.ts";

const ARGS = ["--messages-per-second", "0", "--burst", "0"];

/** The real server's process on a folder, behind a proxy that stays where it is when the server is started again. */
export class RestartableServer {
  /** What stands between the clients and the server. */
  readonly proxy: NetworkProxy;
  readonly #folder: string;
  readonly #options: ProcessOptions;
  #process: ServerProcess;
  #port: number;

  private constructor(
    folder: string,
    options: ProcessOptions,
    proxy: NetworkProxy,
    process: ServerProcess,
    port: number,
  ) {
    this.#folder = folder;
    this.#options = options;
    this.proxy = proxy;
    this.#process = process;
    this.#port = port;
  }

  static async start(folder: string, options: ProcessOptions = {}): Promise<RestartableServer> {
    const { server, port } = await ServerProcess.serve(folder, ARGS, options);
    return new RestartableServer(folder, options, await NetworkProxy.start(port), server, port);
  }

  /** Where it listens itself, without the proxy. */
  get port(): number {
    return this.#port;
  }

  /** Where the proxy listens. */
  get proxyPort(): number {
    return this.proxy.port;
  }

  /** Of the server's process. */
  get pid(): number {
    const { pid } = this.#process.child;
    if (pid === undefined) throw new Error("the server's process has not been started");
    return pid;
  }

  /** What it has written since it was started last. */
  get said(): string {
    return this.#process.said;
  }

  /** Sends it a signal that it goes on after. */
  signal(signal: NodeJS.Signals): void {
    this.#process.child.kill(signal);
  }

  /** Ends it with a signal, and waits for its end. */
  async kill(signal: NodeJS.Signals): Promise<Exit> {
    const exit = await this.#process.kill(signal);
    // Its port may be another program's from now on.
    this.proxy.forbid();
    return exit;
  }

  /** Starts it on the same folder, after it was ended. */
  async startAgain(): Promise<void> {
    const { server, port } = await ServerProcess.serve(this.#folder, ARGS, this.#options);
    this.#process = server;
    this.#port = port;
    this.proxy.pointTo(port);
    this.proxy.allow();
  }
}
