import { ServerInterceptingCall, type ServerInterceptingCallInterface, type ServerInterceptor } from "@grpc/grpc-js";
import { currentRuntime } from "../../../shared/runtime.ts";
import type { ChatNode } from "../../node/node.ts";
import type { CallCounters } from "../callCounters.ts";
import { CHAT_PATH } from "../definition.ts";
import { BlockedWrites } from "./blockedWrites.ts";
import { ChatCall } from "./call.ts";
import { CommandPacer } from "./commandPacer.ts";
import { http2StreamOf } from "./http2Stream.ts";
import { SharedFrames } from "./sharedFrames.ts";

/** The options of the interceptor. */
export interface ChatOptions {
  readonly node: ChatNode;
  readonly counters: CallCounters;
  /** Receives the errors that the operator should know of. */
  readonly report: (error: unknown) => void;
  /** Receives a sentence that the operator should read. */
  readonly warn: (message: string) => void;
  /** Whether responses are written directly to the HTTP/2 stream of a call, if grpc-js has it. Default: true. */
  readonly direct?: boolean | undefined;
}

/**
 * Serves `Chat` on the call object of grpc-js (docs/decisions/0002-chat-on-grpc-js.md). Only that object reports when a
 * response has been written, and reads the next request only when it is asked to.
 */
export function chatInterceptor({ node, counters, report, warn, direct = true }: ChatOptions): ServerInterceptor {
  const blockedWrites = currentRuntime().name === "bun" ? new BlockedWrites() : undefined;
  const shared = { node, counters, report, pacer: new CommandPacer(), frames: new SharedFrames(), blockedWrites };
  let hasWarned = false;
  const streamOf = (call: ServerInterceptingCallInterface) => {
    if (!direct) return undefined;
    const stream = http2StreamOf(call);
    if (stream === undefined && !hasWarned) {
      hasWarned = true;
      warn("responses go the slow way: this version of grpc-js is not known");
    }
    return stream;
  };
  return (method, call) =>
    method.path === CHAT_PATH
      ? new ServerInterceptingCall(call, { start: () => new ChatCall(shared, call, streamOf(call)).start() })
      : new ServerInterceptingCall(call);
}
