import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Context } from "mocha";

const SCRIPT = path.resolve(import.meta.dirname, "../../scripts/engines");
const execute = promisify(execFile);

/** The engines that `scripts/engines` can start. */
export type EngineName = "postgres" | "nats";

/** A real PostgreSQL or NATS server. Its port stays the same when it is restarted. */
export class EngineServer {
  readonly name: EngineName;
  readonly #folder: string;
  readonly #options: string;
  #url = "";

  private constructor(name: EngineName, folder: string, options = "") {
    this.name = name;
    this.#folder = folder;
    this.#options = options;
  }

  /**
   * Starts a new server, which is removed after all tests, or when this process has died. `natsOptions`: more options
   * for nats-server, with spaces between them.
   */
  static async start(name: EngineName, natsOptions?: string): Promise<EngineServer> {
    const server = new EngineServer(name, await mkdtemp(path.join(tmpdir(), `obrolan-${name}-`)), natsOptions);
    all.add(server);
    await server.start();
    return server;
  }

  /** The URL for clients. */
  get url(): string {
    return this.#url;
  }

  get port(): number {
    return Number(new URL(this.#url).port);
  }

  /** The URL with another port, such as that of a proxy. */
  urlAt(port: number): string {
    return this.#url.replace(`:${this.port}`, `:${port}`);
  }

  /**
   * Copies the data to a new server, which is not started yet and has a port of its own. Stops the original for the
   * copy, and starts it again.
   */
  async copy(): Promise<EngineServer> {
    await this.stop();
    const copy = new EngineServer(this.name, await mkdtemp(path.join(tmpdir(), `obrolan-${this.name}-`)));
    all.add(copy);
    await execute("cp", ["-a", `${this.#folder}/.`, copy.#folder]);
    await rm(path.join(copy.#folder, `${this.name}.port`));
    await this.start();
    return copy;
  }

  /** Makes PostgreSQL a standby from its next start on: it can be read, and waits for WAL. */
  async standBy(): Promise<void> {
    await writeFile(path.join(this.#folder, "postgres", "standby.signal"), "");
  }

  /** Starts the server, with the data of earlier starts. Resolves when it accepts connections. */
  async start(): Promise<void> {
    // Only at the first start: the script then watches this process until the folder is removed.
    await this.#run("start", ...(this.#url === "" ? ["--while", String(process.pid)] : []));
    const urls = await this.#run("urls");
    this.#url = urls.slice(urls.indexOf("=") + 1).trim();
  }

  /** Stops the server in an orderly way. */
  async stop(): Promise<void> {
    await this.#run("stop");
  }

  /** Kills all processes of the server with SIGKILL. */
  async kill(): Promise<void> {
    await this.#run("kill");
  }

  /** Stops the process of NATS with SIGSTOP. Its connections stay open. */
  async freeze(): Promise<void> {
    process.kill(await this.#natsPid(), "SIGSTOP");
  }

  /** Undoes `freeze`. */
  async thaw(): Promise<void> {
    process.kill(await this.#natsPid(), "SIGCONT");
  }

  async #natsPid(): Promise<number> {
    return Number(await readFile(path.join(this.#folder, "nats.pid"), "utf8"));
  }

  /** Removes the server and its data. */
  async remove(): Promise<void> {
    all.delete(this);
    await this.#run("remove");
  }

  async #run(verb: string, ...options: string[]): Promise<string> {
    const engines = verb === "remove" ? [] : [this.name];
    const more = this.#options === "" ? [] : ["--nats-options", this.#options];
    const { stdout } = await execute(SCRIPT, [verb, ...engines, "--folder", this.#folder, ...options, ...more]);
    return stdout;
  }
}

const all = new Set<EngineServer>();
const shared = new Map<EngineName, Promise<EngineServer>>();

/** The server that all tests of this process share. The first call starts it. Tests must leave it running. */
export function sharedServer(name: EngineName): Promise<EngineServer> {
  let server = shared.get(name);
  if (server === undefined) {
    server = EngineServer.start(name);
    shared.set(name, server);
  }
  return server;
}

// A hook of mocha's root suite removes the servers after all files. In a worker of `--parallel` each file has a root
// suite of its own, and the next file uses the same servers, so they are removed with the process. Outside mocha, the
// code that starts a server removes it.
if (typeof after === "function" && process.env.MOCHA_WORKER_ID === undefined) {
  after(async () => {
    await Promise.all([...all].map((server) => server.remove()));
  });
}

/**
 * Skips a test, or in `before` a suite, whose engine is not installed, and says what to install. If `CI` is set, the
 * test fails instead.
 */
export function needsEngine(context: Context, name: EngineName): void {
  try {
    execFileSync(SCRIPT, ["needs", name], { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    const sentence = (error as { stderr: string }).stderr.trim();
    if (process.env.CI) throw new Error(sentence);
    const test = context.test as Mocha.Hook | Mocha.Test | undefined;
    const say = (skipped: { title: string }) => {
      skipped.title += ` (skipped: ${sentence})`;
    };
    if (test?.type === "hook") test.parent?.eachTest(say);
    else if (test) say(test);
    context.skip();
  }
}
