import { once } from "node:events";
import net from "node:net";
import { Link, reset } from "./link.ts";

/** A TCP proxy between a client and a server: the network, which a test can cut, deafen and forbid. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: of the network, not of an object.
export class Proxy {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  readonly #links = new Set<Link>();
  #target: () => number;
  #deaf = false;
  #held = false;
  #closed = false;
  #connections = 0;

  private constructor(target: () => number) {
    this.#target = target;
    this.#server = net.createServer((client) => this.#accept(client));
  }

  /** Starts one in front of a port of this machine, or of whichever port is chosen for each connection. */
  static async start(target: number | (() => number), host = "127.0.0.1"): Promise<Proxy> {
    const proxy = new Proxy(typeof target === "number" ? () => target : target);
    proxy.#server.listen(0, host);
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** What a client connects to. */
  get address(): string {
    const { address, port } = this.#server.address() as net.AddressInfo;
    return `${address}:${port}`;
  }

  /** Of the address. */
  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** How many connections were let through so far. */
  get connections(): number {
    return this.#connections;
  }

  /** The connections that there are, each to be meddled with by itself. */
  get links(): readonly Link[] {
    return [...this.#links];
  }

  /** Passes new connections on to another port. */
  pointTo(port: number): void {
    this.#target = () => port;
  }

  /** Cuts every connection off, as a pulled cable does; new ones are let through. */
  cut(): void {
    for (const socket of this.#sockets) reset(socket);
  }

  /** From now on nothing that the server sends on the connections there are reaches the client. */
  deafen(): void {
    this.#deaf = true;
    for (const link of this.#links) link.set("down", "lose");
  }

  /** The opposite of `deafen`, for new connections; what was held back is lost with its connection. */
  hear(): void {
    this.#deaf = false;
    this.cut();
  }

  /** From now on nothing passes either way, on new connections neither; what is said meanwhile is kept. */
  hold(): void {
    this.#held = true;
    for (const link of this.#links) link.hold();
  }

  /** The opposite of `hold`: what was kept passes, late. */
  release(): void {
    this.#held = false;
    for (const link of this.#links) link.pass();
  }

  /** Turns every new connection away. */
  forbid(): void {
    this.#closed = true;
    this.cut();
  }

  /** The opposite of `forbid`. */
  allow(): void {
    this.#closed = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(client: net.Socket): void {
    this.#keep(client);
    if (this.#closed) {
      reset(client);
      return;
    }
    this.#connections += 1;
    const server = net.connect(this.#target(), "127.0.0.1");
    this.#keep(server);
    const link = new Link(client, server);
    if (this.#deaf) link.set("down", "lose");
    if (this.#held) link.hold();
    this.#links.add(link);
    client.on("close", () => this.#links.delete(link));
  }

  #keep(socket: net.Socket): void {
    this.#sockets.add(socket);
    // A connection that was cut is what a test wants.
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }
}
