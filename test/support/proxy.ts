import { once } from "node:events";
import net from "node:net";
import { Link, reset } from "./link.ts";

/** A TCP proxy between clients and a server: a network that a test can cut, silence and close. */
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

  /** Starts a proxy for a port of this machine, or for a port that is chosen for each connection. */
  static async start(target: number | (() => number), host = "127.0.0.1"): Promise<Proxy> {
    const proxy = new Proxy(typeof target === "number" ? () => target : target);
    proxy.#server.listen(0, host);
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** The port that clients connect to. */
  get address(): string {
    const { address, port } = this.#server.address() as net.AddressInfo;
    return `${address}:${port}`;
  }

  /** Of the address. */
  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** The number of connections that were let through. */
  get connections(): number {
    return this.#connections;
  }

  /** The open connections. */
  get links(): readonly Link[] {
    return [...this.#links];
  }

  /** Sends new connections to another port. */
  pointTo(port: number): void {
    this.#target = () => port;
  }

  /** Cuts all connections, like a pulled cable. New ones are let through. */
  cut(): void {
    for (const socket of this.#sockets) reset(socket);
  }

  /** Drops everything that the server sends on the open connections from now on. */
  deafen(): void {
    this.#deaf = true;
    for (const link of this.#links) link.set("down", "lose");
  }

  /** Undoes `deafen` for new connections; the dropped bytes of the others are lost. */
  hear(): void {
    this.#deaf = false;
    this.cut();
  }

  /** Stops both directions, also of new connections; the bytes of that time are kept. */
  hold(): void {
    this.#held = true;
    for (const link of this.#links) link.hold();
  }

  /** Undoes `hold`: the kept bytes pass, late. */
  release(): void {
    this.#held = false;
    for (const link of this.#links) link.pass();
  }

  /** Refuses all new connections. */
  forbid(): void {
    this.#closed = true;
    this.cut();
  }

  /** Undoes `forbid`. */
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
    // Tests may read the properties of a connection that was cut.
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }
}
