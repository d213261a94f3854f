import type { Engines } from "../../src/server/node/engines.ts";
import type { ChatServer } from "../../src/server/server.ts";
import { wayOfSuite } from "./bothWays.ts";
import type { ChatOptions, ChatStream } from "./chatStream.ts";
import { join } from "./commands.ts";
import { type Fixture, newFixture } from "./fixture.ts";
import { startNode, type TestNode, type TestServerOptions, together } from "./node.ts";
import { canBeRemote, startOnBun } from "./remote/node.ts";
import { currentTest, leaveToOtherRun, SERVERS_ON_BUN, TESTS_ON_BUN } from "./runtime.ts";
import { Connection, type ConnectOptions } from "./wire.ts";

export type { TestServerOptions } from "./node.ts";

/** A user with an account. */
export interface Person {
  readonly username: string;
  readonly password: string;
  readonly token: string;
}

/**
 * The real server with a real SQLite file in a temporary folder, in this process, on a port of its own. With
 * `npm run test:cluster` it is several nodes on one PostgreSQL and one NATS, and connections go to them in turn.
 */
export class TestServer {
  readonly #fixture: Fixture;
  #options: TestServerOptions;
  #nodes: readonly TestNode[] = [];
  #turn = 0;
  #stays = false;
  readonly #connections = new Set<Connection>();
  #people = 0;

  private constructor(fixture: Fixture, options: TestServerOptions) {
    this.#fixture = fixture;
    this.#options = options;
  }

  /** Starts a server on a new fixture. */
  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    skipUnlessPossible(options);
    const server = new TestServer(await newFixture(), options);
    await server.#start();
    return server;
  }

  async #start(): Promise<void> {
    const start = SERVERS_ON_BUN ? startOnBun : startNode;
    const starting = Array.from({ length: this.#fixture.nodes }, () => start(this.#fixture, this.#options));
    this.#nodes = await Promise.all(starting);
  }

  get #first(): TestNode {
    const [first] = this.#nodes;
    if (!first) throw new Error("the server is not running");
    return first;
  }

  /** The folder of its files. */
  get folder(): string {
    return this.#fixture.folder;
  }

  /** The port of the next node. */
  get port(): number {
    if (!this.#stays) this.#turn += 1;
    return this.#current.port;
  }

  get #current(): TestNode {
    return this.#nodes[this.#turn % this.#nodes.length] ?? this.#first;
  }

  /** The engines of the first node, without the wrapper of the test. */
  get engines(): Engines {
    return this.#first.engines;
  }

  /** The result of `createServer`: of all nodes together, or of the one that all connections go to. */
  get chatServer(): ChatServer {
    if (this.#stays) return this.#current.server;
    const [first, ...others] = this.#nodes.map(({ server }) => server);
    return together([first ?? this.#first.server, ...others]);
  }

  /** Drains the server, and closes its store, whose files stay. */
  async stop(): Promise<void> {
    const nodes = this.#nodes;
    this.#nodes = [];
    await Promise.all(nodes.map((node) => node.stop()));
  }

  /** Stops and starts again on the same store. */
  async restart(options: TestServerOptions = this.#options): Promise<void> {
    skipUnlessPossible(options);
    this.disconnect();
    await this.stop();
    this.#options = options;
    await this.#start();
  }

  /**
   * Connects all clients to the same node until `disconnect`, for facts that hold within one node only. Call it before
   * opening the connections that it should affect.
   */
  stayOnOneNode(): void {
    this.#stays = true;
  }

  /** Closes all connections that `connect` has opened. */
  disconnect(): void {
    this.#stays = false;
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
  }

  /** Stops the server, and removes the fixture. */
  async close(): Promise<void> {
    this.disconnect();
    await this.stop();
    await this.#fixture.remove();
  }

  /** A connection of its own, to the next node. */
  async connect(options: Partial<ConnectOptions> = {}): Promise<Connection> {
    const connection = await Connection.open({ port: this.port, ...options });
    this.#connections.add(connection);
    connection.session.once("close", () => this.#connections.delete(connection));
    return connection;
  }

  /** Runs an action on a connection, and closes the connection. */
  async with<T>(action: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.connect();
    try {
      return await action(connection);
    } finally {
      connection.close();
    }
  }

  /** Registers a user. The name gets a number, so that tests that share a server do not collide. */
  async person(name = "someone"): Promise<Person> {
    const username = `${name}-${++this.#people}`;
    const password = `password of ${username}`;
    const { token } = await this.with((connection) => connection.register(username, password));
    return { username, password, token };
  }

  /** Registers several users at once. */
  async people<const Names extends readonly string[]>(...names: Names) {
    return (await Promise.all(names.map((name) => this.person(name)))) as { [Index in keyof Names]: Person };
  }

  /** One more session of a user. */
  async login({ username, password }: Person): Promise<Person> {
    const { token } = await this.with((connection) => connection.login(username, password));
    return { username, password, token };
  }

  /** Opens a `Chat` stream on a connection of its own, and waits for `welcome` if it reads. */
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

  /** The texts of a page of the history, by default the newest one, oldest first. */
  async history(person: Person, request: Parameters<Connection["history"]>[1] = {}): Promise<string[]> {
    const { messages } = await this.with((connection) => connection.history(person.token, request));
    return messages.map(({ text }) => text);
  }

  /** The usernames of all online users. */
  async online(person: Person): Promise<string[]> {
    const { users } = await this.with((connection) => connection.list(person.token, { pageSize: 1000 }));
    return users.map((user) => user.username);
  }
}

/** Skips the current test if its server belongs into the process of the test, and servers are other processes. */
function skipUnlessPossible(options: TestServerOptions): void {
  if (!SERVERS_ON_BUN || canBeRemote(options)) return;
  leaveToOtherRun(currentTest());
  throw new Error("this suite needs its server in its own process");
}

/** Whether the other one of the two runs on Bun has the suites with such a server. */
function isOfOtherRun(options: TestServerOptions): boolean {
  return canBeRemote(options) ? TESTS_ON_BUN : SERVERS_ON_BUN;
}

/** A server for all tests of a `describe`. Connections are closed before the next test. */
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
  start(async function () {
    if (isOfOtherRun({ ...options })) leaveToOtherRun(this.test);
    running = await TestServer.start({ ...way, ...options });
  });
  beforeEach(() => running?.disconnect());
  stop(async () => {
    await running?.close();
    running = undefined;
  });
  // Stands for the server that the hook starts before a test uses it.
  return new Proxy({} as TestServer, {
    get: (_, key) => {
      if (!running) throw new Error("the server is started by a hook, and is not there yet");
      const value = Reflect.get(running, key, running);
      return typeof value === "function" ? value.bind(running) : value;
    },
  });
}
