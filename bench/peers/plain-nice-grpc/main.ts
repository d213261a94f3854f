/**
 * The baseline: the contract's `Chat` as a competent developer would first write it on nice-grpc, with an async
 * generator and a queue for every client.
 *
 * It leaves out: storage (no commit, no log, nothing to resume from), accounts (it accepts every name and every token),
 * `List`, `Logout`, `send_to`, `help`, presence, limits, health and reflection, and any bound on its queues. So it does
 * less work per message than Obrolan, and only its delivery can make it slower.
 */
import { createServer } from "nice-grpc";
import { ServerError, Status } from "nice-grpc-common";
import { ChatServiceDefinition, type ChatServiceImplementation } from "../../../src/gen/obrolan/v1/chat.ts";
import { announce } from "../announce.ts";
import { chat } from "./chat.ts";
import { Room } from "./room.ts";

const room = new Room();
const sessionEnds = new Date("9999-12-31T00:00:00Z");

const signIn = async ({ username }: { username: string }) => ({ token: username, username, expiresAt: sessionEnds });
const leftOut = async (): Promise<never> => {
  throw new ServerError(Status.UNIMPLEMENTED, "This server is a baseline for the benchmark; it has Register and Chat.");
};

const service: ChatServiceImplementation = {
  register: signIn,
  login: signIn,
  list: leftOut,
  logout: leftOut,
  history: leftOut,
  search: leftOut,
  markRead: leftOut,
  chat: (requests, context) => {
    const token = context.metadata.get("authorization")?.replace("Bearer ", "") ?? "nobody";
    return chat(room, token, requests, context);
  },
};

// The same options as Obrolan's server, so that both do the same work on the wire.
const server = createServer({
  "grpc.keepalive_time_ms": 15_000,
  "grpc.keepalive_timeout_ms": 10_000,
  "grpc.max_concurrent_streams": 100,
  "grpc.max_receive_message_length": 64 * 1024,
  "grpc.max_send_message_length": -1,
});
server.add(ChatServiceDefinition, service);
announce(await server.listen("127.0.0.1:0"));
process.on("SIGTERM", () => server.forceShutdown());
