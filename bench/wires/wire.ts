/** What a client is told, in the order of the wire. */
export interface Sink {
  /** A message came: its id in the room's order, the number that the load gave it, and how many bytes its text has. */
  message(id: number, number: number, textBytes: number): void;
  /** Everything up to this id is said to have been sent. Called after the messages of the same response. */
  cursor(id: number): void;
  /** The replay is over. */
  caughtUp(id: number): void;
  /** The message that the load gave this number is durable (or, with a server that stores nothing, taken). */
  accepted(number: number, id: number): void;
  /** The connection or the server's side of it ended, or what came made no sense. At most once; nothing comes after it. */
  failed(error: Error): void;
}

/** One client on a connection of its own. */
export interface Client {
  /** Enters the room; with a cursor, first everything after that. `caughtUp` tells when that is done. */
  join(resumeAfter?: number): void;
  /** Sends the message of this number to everyone. */
  send(number: number, textBytes: number): void;
  /** Takes nothing more until `resume`. */
  pause(how: Pause): void;
  resume(): void;
  /** Ends the connection at once. */
  close(): void;
}

/**
 * How a client stops reading. `window`: its program takes nothing, so it grants the server no more bytes, but its library
 * still reads the socket and answers pings. `socket`: not a byte is read, and no ping is answered.
 */
export type Pause = "window" | "socket";

/** How the load speaks to a kind of server. */
export interface Wire {
  /** Makes so many accounts and signs in to them. */
  signIn(address: string, count: number): Promise<string[]>;
  /** Connects a client and resolves once the server has greeted it. It has not joined yet. */
  open(address: string, token: string, sink: Sink): Promise<Client>;
}
