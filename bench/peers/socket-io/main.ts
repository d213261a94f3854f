/**
 * A room on Socket.IO, as its documentation shows it: a broadcast to a room, over WebSocket only and without
 * compression. Socket.IO encodes and frames a broadcast once for all clients.
 *
 * It leaves out: storage, accounts (it accepts every name), private messages, presence, limits, and any bound on the
 * queue of a slow client.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { announce } from "../announce.ts";

const http = createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false, perMessageDeflate: false });
let head = 0;

io.on("connection", (socket) => {
  const { name } = socket.handshake.auth;
  socket.on("join", async (done: (id: number) => void) => {
    await socket.join("room");
    done(head);
  });
  socket.on("say", (text: string, done: (id: number) => void) => {
    head += 1;
    io.to("room").emit("message", { id: head, sender: name, sentAt: Date.now(), text });
    done(head);
  });
});
http.listen(0, "127.0.0.1", () => announce((http.address() as AddressInfo).port));
process.on("SIGTERM", () => process.exit());
