import type { Client, Pause } from "../wire.ts";
import type { WebSocketConnection } from "./connection.ts";

/** What all clients on a WebSocket have in common; how they speak is their own. */
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

/** Servers without accounts take every name as a token. */
export function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `bench${index + 1}`);
}
