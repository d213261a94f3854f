import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Context } from "mocha";

const SCRIPT = path.resolve(import.meta.dirname, "../../scripts/engines");
const execute = promisify(execFile);

/** What `scripts/engines` can start. */
export type EngineName = "postgres" | "nats";

/** A real PostgreSQL or NATS of this process's own, on a port that stays the same over all its lives. */
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
   * Starts a new one, which is taken away when the tests are over, or this process has died. `natsOptions`: more
   * options for nats-server, with spaces between them.
   */
  static async start(name: EngineName, natsOptions?: string): Promise<EngineServer> {
    const server = new EngineServer(name, await mkdtemp(path.join(tmpdir(), `obrolan-${name}-`)), natsOptions);
    all.add(server);
    await server.start();
    return server;
  }

  /** How a client reaches it. */
  get url(): string {
    return this.#url;
  }

  get port(): number {
    return Number(new URL(this.#url).port);
  }

  /** The URL by way of something that stands in front of it, such as a proxy. */
  urlAt(port: number): string {
    return this.#url.replace(`:${this.port}`, `:${port}`);
  }

  /**
   * A copy of all that it holds now, on a port of its own; it has yet to be started. PostgreSQL is stopped for it,
   * and started again.
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

  /** From its next start on PostgreSQL is a standby, which waits for more of what it is to repeat, and can be read. */
  async standBy(): Promise<void> {
    await writeFile(path.join(this.#folder, "postgres", "standby.signal"), "");
  }

  /** Starts it again; resolves when it takes connections. What PostgreSQL held is there. */
  async start(): Promise<void> {
    // Once: it watches this process for as long as the folder is there.
    await this.#run("start", ...(this.#url === "" ? ["--while", String(process.pid)] : []));
    const urls = await this.#run("urls");
    this.#url = urls.slice(urls.indexOf("=") + 1).trim();
  }

  /** Ends it in an orderly way. */
  async stop(): Promise<void> {
    await this.#run("stop");
  }

  /** Ends it as `kill -9` does, all of its processes. */
  async kill(): Promise<void> {
    await this.#run("kill");
  }

  /** From now on NATS does nothing, and its connections stay. */
  async freeze(): Promise<void> {
    process.kill(await this.#natsPid(), "SIGSTOP");
  }

  /** The opposite of `freeze`. */
  async thaw(): Promise<void> {
    process.kill(await this.#natsPid(), "SIGCONT");
  }

  async #natsPid(): Promise<number> {
    return Number(await readFile(path.join(this.#folder, "nats.pid"), "utf8"));
  }

  /** Takes it away with all that it holds. */
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

/** The one that all tests of this process share, who leave it running as it is; started for the first who asks. */
export function sharedServer(name: EngineName): Promise<EngineServer> {
  let server = shared.get(name);
  if (server === undefined) {
    server = EngineServer.start(name);
    shared.set(name, server);
  }
  return server;
}

// Once at the root of all suites, whichever of them needs an engine. Outside of mocha, the code that starts one
// removes it. Where mocha runs several files at a time each is at the root by itself, and the next one needs the same
// engines: they go with their process.
if (typeof after === "function" && process.env.MOCHA_WORKER_ID === undefined) {
  after(async () => {
    await Promise.all([...all].map((server) => server.remove()));
  });
}

/**
 * For suites (in `before`) and tests on a real engine: skips them where it is not installed, and says what to
 * install. Where `CI` is set nothing may be skipped: they then fail.
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
