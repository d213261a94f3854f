import { numberAt } from "../messageText.ts";
import type { Client, Pause, Sink } from "../wire.ts";
import type { WebSocketConnection } from "./connection.ts";

/** The part that all WebSocket clients share. Subclasses define the messages. */
export abstract class WebSocketClient implements Client {
  protected abstract readonly connection: WebSocketConnection;

  abstract join(): void;
  abstract send(number: number, textBytes: number): void;

  pause(how: Pause): void {
    this.connection.pause(how);
  }

  resume(): void {
    this.connection.resume();
  }

  close(): void {
    this.connection.close();
  }
}

/** Names to use as tokens. A server without accounts accepts any name. */
export function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `bench${index + 1}`);
}

const ID = Buffer.from('"id":');
const TEXT = Buffer.from('"text":"');

/**
 * Finds a message in a JSON text, with `id` as its first field and `text` as its last, and passes it to the sink.
 * `after` is the number of bytes that follow the text. `JSON.parse` of every delivery would cost more CPU than the rest
 * of the load.
 */
export function readMessage(bytes: Buffer, start: number, stop: number, after: number, sink: Sink): void {
  const idAt = bytes.indexOf(ID, start);
  const textAt = bytes.indexOf(TEXT, idAt);
  if (idAt < 0 || textAt < 0 || textAt >= stop)
    throw new Error(`A message came that has no id and text: ${bytes.toString("latin1", start, stop)}`);
  let id = 0;
  for (let at = idAt + ID.length; ; at += 1) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    id = id * 10 + digit;
  }
  const textStart = textAt + TEXT.length;
  sink.message(id, numberAt(bytes, textStart), stop - after - textStart);
  sink.cursor(id);
}
