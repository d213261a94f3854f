/** Receives what the server sends to one client, in the order of the wire. */
export interface Sink {
  /** A message: the id from the server, the number that the load gave it, and the length of its text. */
  message(id: number, number: number, textBytes: number): void;
  /**
   * The cursor of a response: the server has sent everything up to this id. Called after the messages of that response.
   */
  cursor(id: number): void;
  /** The replay is over. */
  caughtUp(id: number): void;
  /** The server has accepted the message with this number. It is durable, if the server stores messages. */
  accepted(number: number, id: number): void;
  /** The connection ended without `close`, or the server sent something invalid. Called at most once, and last. */
  failed(error: Error): void;
}

/** One client of the server. */
export interface Client {
  /** Joins the room. With a cursor, the server first replays every message after it, and then sends `caughtUp`. */
  join(resumeAfter?: number): void;
  /** Sends the message with this number to everyone. */
  send(number: number, textBytes: number): void;
  /** Stops reading until `resume`. */
  pause(how: Pause): void;
  resume(): void;
  /** Closes the connection at once. */
  close(): void;
}

/**
 * How a client stops reading. `window`: the client grants the server no more flow-control window, but still reads the
 * socket and answers pings, as a slow program on a gRPC library does. `socket`: the client reads nothing and answers no
 * ping.
 */
export type Pause = "window" | "socket";

/** The client side of one protocol. */
export interface Wire {
  /** Creates this many accounts, signs in to each, and returns their tokens. */
  signIn(address: string, count: number): Promise<string[]>;
  /** Connects a client and resolves once the server has greeted it. The client has not joined yet. */
  open(address: string, token: string, sink: Sink): Promise<Client>;
}
