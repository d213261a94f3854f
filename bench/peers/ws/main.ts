/**
 * A room on `ws`: JSON in text frames. A broadcast is encoded as a frame once, and that one buffer is written to every
 * socket, which is the fastest way that `ws` allows.
 *
 * It leaves out: storage, accounts (it accepts every name), private messages, presence, limits, compression, and any
 * bound on the queue of a slow client. It validates only the type of a command.
 */
import type { AddressInfo, Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { announce } from "../announce.ts";
import { textFrame } from "./frame.ts";

const members = new Set<Socket>();
let head = 0;

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false, backlog: 511 });
server.on("listening", () => announce((server.address() as AddressInfo).port));
server.on("connection", (client, request) => {
  const name = new URL(request.url ?? "/", "http://room").searchParams.get("name") ?? "nobody";
  const { socket } = request;
  client.on("message", (data) => carryOut(client, socket, name, JSON.parse(String(data))));
  client.on("close", () => members.delete(socket));
  client.on("error", () => {});
  client.send(JSON.stringify({ type: "welcome" }));
});
process.on("SIGTERM", () => process.exit());

interface Command {
  readonly type: "join" | "say";
  readonly requestId?: string;
  readonly text?: string;
}

function carryOut(client: WebSocket, socket: Socket, name: string, { type, requestId, text }: Command): void {
  if (type === "join") {
    members.add(socket);
    client.send(JSON.stringify({ type: "joined", id: head }));
  } else {
    head += 1;
    const frame = textFrame(JSON.stringify({ type: "message", id: head, sender: name, sentAt: Date.now(), text }));
    for (const member of members) member.write(frame);
    client.send(JSON.stringify({ type: "accepted", requestId, id: head }));
  }
}
