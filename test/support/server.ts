import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { LocalBus, MemoryAttempts, MemoryRoster } from "../../src/server/engines/memory/index.ts";
import { NodeSecrets } from "../../src/server/engines/secrets/index.ts";
import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";
import type { Engines } from "../../src/server/room/ports/engines.ts";
import { type ChatServer, createServer, type ServerOptions } from "../../src/server/server.ts";
import { wayOfSuite } from "./bothWays.ts";
import type { ChatOptions, ChatStream } from "./chat-stream.ts";
import { join } from "./commands.ts";
import { within } from "./deadline.ts";
import { Connection, type ConnectOptions } from "./wire.ts";

/** What a test may want otherwise. Limits that are not given are the server's own, but that there is no limit of rate. */
export interface TestServerOptions extends Omit<ServerOptions, "engines"> {
  /** Puts something between the server and its engines. */
  readonly wrap?: (engines: Engines) => Engines;
}

/** Somebody with an account. */
export interface Person {
  readonly username: string;
  readonly password: string;
  readonly token: string;
}

const NO_RATE = { messagesPerSecond: 0, burst: 0 };

/** The real server with a real SQLite file in a temporary folder, in this process, on a port of its own. */
export class TestServer {
  readonly folder: string;
  #options: TestServerOptions;
  #running: { server: ChatServer; engines: Engines; port: number; close(): Promise<void> } | undefined;
  readonly #connections = new Set<Connection>();
  #people = 0;

  private constructor(folder: string, options: TestServerOptions) {
    this.folder = folder;
    this.#options = options;
  }

  /** Starts a server on an empty folder. */
  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const server = new TestServer(await mkdtemp(path.join(tmpdir(), "obrolan-test-")), options);
    await server.#start();
    return server;
  }

  async #start(): Promise<void> {
    const { wrap = (engines) => engines, ...options } = this.#options;
    const store = await openSqliteStore({ folder: this.folder });
    const engines: Engines = {
      log: store.log,
      accounts: store.accounts,
      sessions: store.sessions,
      roster: new MemoryRoster(),
      attempts: new MemoryAttempts(),
      bus: new LocalBus(),
      secrets: new NodeSecrets(),
    };
    const server = await createServer({ limits: NO_RATE, ...options, engines: wrap(engines) });
    const port = await server.listen("127.0.0.1:0");
    this.#running = { server, engines, port, close: () => store.close() };
  }

  get #now() {
    if (!this.#running) throw new Error("the server is not running");
    return this.#running;
  }

  get port(): number {
    return this.#now.port;
  }

  /** The engines as they are, without what the test put before them. */
  get engines(): Engines {
    return this.#now.engines;
  }

  /** What `createServer` gave. */
  get chatServer(): ChatServer {
    return this.#now.server;
  }

  /** Drains the server and closes its store; the folder stays. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    await within(running.server.drain(), "the drain");
    await within(running.close(), "the store to close");
  }

  /** Stops and starts again on the same folder. */
  async restart(options: TestServerOptions = this.#options): Promise<void> {
    this.disconnect();
    await this.stop();
    this.#options = options;
    await this.#start();
  }

  /** Cuts all connections that were made here. */
  disconnect(): void {
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
  }

  /** Stops and takes the folder away. */
  async close(): Promise<void> {
    this.disconnect();
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A connection of its own. */
  async connect(options: Partial<ConnectOptions> = {}): Promise<Connection> {
    const connection = await Connection.open({ port: this.port, ...options });
    this.#connections.add(connection);
    connection.session.once("close", () => this.#connections.delete(connection));
    return connection;
  }

  /** Does something on a connection that is closed afterwards. */
  async with<T>(action: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.connect();
    try {
      return await action(connection);
    } finally {
      connection.close();
    }
  }

  /** Registers somebody. The name gets a number, so that tests that share a server do not meet. */
  async person(name = "someone"): Promise<Person> {
    const username = `${name}-${++this.#people}`;
    const password = `password of ${username}`;
    const { token } = await this.with((connection) => connection.register(username, password));
    return { username, password, token };
  }

  /** Several people at once. */
  async people<const Names extends readonly string[]>(...names: Names) {
    return (await Promise.all(names.map((name) => this.person(name)))) as { [Index in keyof Names]: Person };
  }

  /** One more session of somebody. */
  async login({ username, password }: Person): Promise<Person> {
    const { token } = await this.with((connection) => connection.login(username, password));
    return { username, password, token };
  }

  /** Opens a `Chat` stream on a connection of its own, and waits for `welcome` unless it is not to read. */
  async open(person: Person, options?: ChatOptions): Promise<ChatStream> {
    const chat = (await this.connect()).chat(person.token, options);
    if (options?.reading !== false && options?.take === undefined) await chat.next("welcome");
    return chat;
  }

  /** Opens a stream, joins, and waits until it has caught up. */
  async enter(person: Person, how: Parameters<typeof join>[0] = {}): Promise<ChatStream> {
    const chat = await this.open(person);
    chat.send(join(how), "join");
    await chat.next("caughtUp");
    return chat;
  }

  /** The usernames of who is online. */
  async online(person: Person): Promise<string[]> {
    const { users } = await this.with((connection) => connection.list(person.token, { pageSize: 1000 }));
    return users.map((user) => user.username);
  }
}

/** A server for all tests of a `describe`; the connections that a test made are cut before the next. */
export function useServer(options?: TestServerOptions): TestServer {
  return use(options, before, after);
}

/** A server for each test of a `describe`. */
export function useFreshServer(options?: TestServerOptions): TestServer {
  return use(options, beforeEach, afterEach);
}

function use(options: TestServerOptions | undefined, start: typeof before, stop: typeof after): TestServer {
  const way = wayOfSuite();
  let running: TestServer | undefined;
  start(async () => {
    running = await TestServer.start({ ...way, ...options });
  });
  beforeEach(() => running?.disconnect());
  stop(async () => {
    await running?.close();
    running = undefined;
  });
  // Stands for the server that the hook will have started by the time a test uses it.
  return new Proxy({} as TestServer, {
    get: (_, key) => {
      if (!running) throw new Error("the server is started by a hook, and is not there yet");
      const value = Reflect.get(running, key, running);
      return typeof value === "function" ? value.bind(running) : value;
    },
  });
}
