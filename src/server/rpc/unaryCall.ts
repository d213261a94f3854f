import type { ChatNode } from "../node/node.ts";
import type { CallCounters } from "./callCounters.ts";

/** A unary call, without its request. */
export interface UnaryCall {
  readonly node: ChatNode;
  readonly counters: CallCounters;
  /** The client's address, as `ADDRESS:PORT`. */
  readonly remoteAddress: string;
  /** The header `authorization`; `undefined` if the call has none. */
  readonly authorization: string | undefined;
}
