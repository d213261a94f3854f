import { servedDefinition } from "./definition.ts";
import { healthDefinition } from "./health.ts";
import type { RequestKind } from "./inbound/gate.ts";
import { REFLECTION_PATHS } from "./reflection.ts";

/** The kind of requests of every rpc that is served, by path. Streams of the contract need a token. */
export const REQUEST_KINDS: ReadonlyMap<string, RequestKind> = new Map<string, RequestKind>([
  ...Object.values(servedDefinition).map((rpc) => [rpc.path, kindOf(rpc, "stream")] as const),
  ...Object.values(healthDefinition).map((rpc) => [rpc.path, kindOf(rpc, "open-stream")] as const),
  ...REFLECTION_PATHS.map((path) => [path, "open-stream"] as const),
]);

/** `streaming`: the kind of an rpc that takes any number of requests. */
function kindOf(rpc: { requestStream: boolean; responseStream: boolean }, streaming: RequestKind): RequestKind {
  if (rpc.requestStream) return streaming;
  return rpc.responseStream ? "watch" : "unary";
}
