/**
 * A room on Bun's own WebSocket server, which is uWebSockets: JSON in text frames, and `publish` for a broadcast.
 * Run it with Bun.
 *
 * It leaves out: storage, accounts (it accepts every name), private messages, presence, limits and compression. It
 * validates only the type of a command. Bun drops the messages of a client that reads too slowly.
 */
import { announce } from "../announce.ts";

/** The part of Bun's interface that this file uses: https://bun.com/docs/api/websockets */
interface WebSocket {
  readonly data: { readonly name: string };
  send(text: string): void;
  subscribe(topic: string): void;
}
interface Server {
  readonly port: number;
  publish(topic: string, text: string): void;
  upgrade(request: Request, options: { data: { name: string } }): boolean;
}
declare const Bun: {
  serve(options: {
    hostname: string;
    port: number;
    fetch(request: Request, server: Server): Response | undefined;
    websocket: {
      open(client: WebSocket): void;
      message(client: WebSocket, data: string): void;
    };
  }): Server;
};

interface Command {
  readonly type: "join" | "say";
  readonly requestId?: string;
  readonly text?: string;
}

const ROOM = "room";
let head = 0;

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request, own) {
    const name = new URL(request.url).searchParams.get("name") ?? "nobody";
    return own.upgrade(request, { data: { name } }) ? undefined : new Response("Open a WebSocket.", { status: 400 });
  },
  websocket: {
    open: (client) => client.send(JSON.stringify({ type: "welcome" })),
    message: (client, data) => carryOut(client, JSON.parse(data)),
  },
});
announce(server.port);
process.on("SIGTERM", () => process.exit());

function carryOut(client: WebSocket, { type, requestId, text }: Command): void {
  if (type === "join") {
    client.subscribe(ROOM);
    client.send(JSON.stringify({ type: "joined", id: head }));
  } else {
    head += 1;
    const sender = client.data.name;
    server.publish(ROOM, JSON.stringify({ type: "message", id: head, sender, sentAt: Date.now(), text }));
    client.send(JSON.stringify({ type: "accepted", requestId, id: head }));
  }
}
