import { CHAT_PATH, servedDefinition } from "./definition.ts";
import { HEALTH_PATHS } from "./health.ts";
import type { RequestKind } from "./inbound/gate.ts";
import { REFLECTION_PATHS } from "./reflection.ts";

const { register, login, list, logout } = servedDefinition;

/** The kind of requests of every rpc that is served, by path. */
export const REQUEST_KINDS: ReadonlyMap<string, RequestKind> = new Map<string, RequestKind>([
  ...[register, login, list, logout].map(({ path }) => [path, "unary"] as const),
  [CHAT_PATH, "stream"],
  [HEALTH_PATHS.check, "unary"],
  [HEALTH_PATHS.watch, "watch"],
  ...REFLECTION_PATHS.map((path) => [path, "open-stream"] as const),
]);
