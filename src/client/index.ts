/**
 * The client library: talks to an Obrolan server, stays connected, and misses no message.
 *
 *     const client = connect({ address: "127.0.0.1:50051" });
 *     const { token } = await client.login("ani", "correct horse");
 *     const room = client.enter({ token, recent: 20 });
 *     for await (const event of room) {
 *       if (event.kind === "message") console.log(event.sender, event.text);
 *     }
 */
export { Status } from "nice-grpc";
export type { Command, Limits, ListResponse, User } from "../gen/obrolan/v1/chat.ts";
export type { BackoffOptions } from "./backoff.ts";
export { ChatClient, connect, type SignedIn } from "./client.ts";
export { ChatError } from "./errors.ts";
export type * from "./events.ts";
export type {
  CallSettings,
  ConnectOptions,
  HistoryOptions,
  MarkReadOptions,
  RoomOptions,
  RoomViewOptions,
  SearchOptions,
} from "./options.ts";
export type { Cursor, Start } from "./resumePoint.ts";
export type { ChangeOptions, CommandOptions, Room, SendAllOptions, SendToOptions } from "./room.ts";
export { RoomView, type ViewChange } from "./roomView.ts";
export type { RoomState } from "./state.ts";
export type { FieldViolation } from "./statusDetails.ts";
