/**
 * The contract's `Chat` on bare `node:http2`, on which grpc-js builds. A message is encoded and framed once, and that
 * one buffer is written to every stream, message by message.
 *
 * It leaves out: everything that `plain-nice-grpc` leaves out, and all of gRPC except its framing: deadlines,
 * compression, metadata, errors, and limits on the requests.
 */
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { ChatServiceDefinition, RegisterRequest, RegisterResponse } from "../../../src/gen/obrolan/v1/chat.ts";
import { announce } from "../announce.ts";
import { carryOut, greet, leave, prefixed, Unprefixer } from "./room.ts";

const CHAT_PATH = `/${ChatServiceDefinition.fullName}/${ChatServiceDefinition.methods.chat.name}`;
const sessionEnds = new Date("9999-12-31T00:00:00Z");

const server = createServer();
server.on("stream", (stream, headers) => {
  stream.on("error", () => {});
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  if (headers[":path"] === CHAT_PATH) chat(stream, headers.authorization?.replace("Bearer ", "") ?? "nobody");
  else register(stream);
});
server.listen(0, "127.0.0.1", () => announce((server.address() as AddressInfo).port));
process.on("SIGTERM", () => process.exit());

function chat(stream: ServerHttp2Stream, username: string): void {
  const requests = new Unprefixer();
  greet(stream, username);
  stream.on("data", (bytes: Buffer) => {
    for (const request of requests.push(bytes)) carryOut(stream, username, request);
  });
  stream.on("end", () => stream.end());
  stream.on("close", () => leave(stream));
}

// Every other call is treated as `Register`. It accepts every name, and the name is the token.
function register(stream: ServerHttp2Stream): void {
  const requests = new Unprefixer();
  stream.on("data", (bytes: Buffer) => {
    for (const request of requests.push(bytes)) {
      const { username } = RegisterRequest.decode(request);
      stream.end(prefixed(RegisterResponse.encode({ token: username, username, expiresAt: sessionEnds }).finish()));
    }
  });
}
