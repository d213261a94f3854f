import type net from "node:net";

/** A direction of a connection: to the server, or to the client. */
export type Way = "up" | "down";

/** Both directions. */
export const WAYS: readonly Way[] = ["up", "down"];

/** What happens to the bytes of a direction. */
export type Flow =
  /** They pass. */
  | "pass"
  /** They wait unread. */
  | "hold"
  /** They are read, and wait in the proxy. */
  | "keep"
  /** They are read and dropped. */
  | "lose"
  /** They pass a few at a time. */
  | { readonly bytes: number; readonly everyMs: number };

const beingReset = new WeakSet<net.Socket>();

/**
 * Resets a connection, or destroys it if its end has begun. After `end()`, Node's `resetAndDestroy` fails with EINVAL
 * and loses the handle, for which the process waits in a busy loop when it ends (seen with Node 24.21).
 */
export function reset(socket: net.Socket): void {
  if (!socket.writableEnded) {
    beingReset.add(socket);
    socket.resetAndDestroy();
  } else if (!beingReset.has(socket)) socket.destroy();
}

/** One connection through a proxy. A test can end it, slow it down and silence it. */
export class Link {
  readonly #ends: { readonly client: net.Socket; readonly server: net.Socket };
  readonly #pumps: { readonly up: Pump; readonly down: Pump };
  #silent = false;

  constructor(client: net.Socket, server: net.Socket) {
    this.#ends = { client, server };
    this.#pumps = { up: new Pump(client, server), down: new Pump(server, client) };
    client.on("close", () => this.#closed(server));
    server.on("close", () => this.#closed(client));
  }

  /** Sets what happens to the bytes of a direction from now on. */
  set(way: Way, flow: Flow): void {
    this.#pumps[way].set(flow);
  }

  /** The number of bytes that were read and wait. */
  kept(way: Way): number {
    return this.#pumps[way].kept;
  }

  /** Stops both directions; their bytes wait unread. */
  hold(): void {
    for (const way of WAYS) this.set(way, "hold");
  }

  /** Passes everything, the waiting bytes first. */
  pass(): void {
    for (const way of WAYS) this.set(way, "pass");
  }

  /** Ends the connection for both sides in an orderly way (FIN), maybe in the middle of a message. */
  end(): void {
    this.#ends.client.end();
    this.#ends.server.end();
  }

  /** Ends the connection for both sides with a TCP reset. */
  reset(): void {
    reset(this.#ends.client);
    reset(this.#ends.server);
  }

  /** The port from which the server sees the client come. */
  get port(): number {
    return this.#ends.server.localPort ?? 0;
  }

  /** Resets the client's side, and does not tell the server: the kept bytes can still arrive there. */
  orphan(): void {
    this.#silent = true;
    this.#ends.client.resetAndDestroy();
  }

  /** Makes the connection half-open: resets the side `end`, and never tells the other one. */
  forget(end: "client" | "server"): void {
    this.#silent = true;
    this.set("up", "lose");
    this.set("down", "lose");
    reset(this.#ends[end]);
  }

  #closed(other: net.Socket): void {
    if (!this.#silent) other.destroy();
  }
}

/**
 * Moves the bytes of one direction. Unless the flow is `keep` or `lose`, it reads no more than the other end does, so
 * that a slow reader slows the sender.
 */
class Pump {
  readonly #from: net.Socket;
  readonly #to: net.Socket;
  #flow: Flow = "pass";
  /** The bytes that were read and wait. */
  #rest: Buffer = Buffer.alloc(0);
  #timer: NodeJS.Timeout | undefined;

  constructor(from: net.Socket, to: net.Socket) {
    this.#from = from;
    this.#to = to;
    from.on("data", (data) => {
      this.#rest = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
      this.#move();
    });
    to.on("drain", () => this.#move());
    from.on("close", () => clearTimeout(this.#timer));
  }

  get kept(): number {
    return this.#rest.length;
  }

  set(flow: Flow): void {
    this.#flow = flow;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#move();
  }

  #move(): void {
    const isOver = this.#to.destroyed || this.#to.writableEnded;
    if (this.#flow === "lose" || isOver) this.#rest = Buffer.alloc(0);
    else if (this.#flow === "pass") this.#write(this.#rest.length);
    else if (this.#flow !== "hold" && this.#flow !== "keep") this.#drip(this.#flow);
    const mustWait = this.#flow !== "keep" && (this.#rest.length > 0 || this.#to.writableNeedDrain);
    if (this.#flow === "hold" || (mustWait && !isOver)) this.#from.pause();
    else this.#from.resume();
  }

  #drip({ bytes, everyMs }: Exclude<Flow, string>): void {
    if (this.#timer !== undefined || this.#rest.length === 0) return;
    this.#write(bytes);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#move();
    }, everyMs);
  }

  #write(bytes: number): void {
    if (bytes === 0 || this.#rest.length === 0) return;
    this.#to.write(this.#rest.subarray(0, bytes));
    this.#rest = this.#rest.subarray(bytes);
  }
}
