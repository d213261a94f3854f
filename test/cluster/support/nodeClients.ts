import type { Account } from "../../rig/userGroup.ts";
import type { ChatStream } from "../../support/chatStream.ts";
import { join } from "../../support/commands.ts";
import type { Connection } from "../../support/wire.ts";
import type { ClusterNode } from "./node.ts";

/** Connections to nodes, and streams on them; all are cut after each test. */
export interface Visitors {
  /** A connection to a node. */
  connect(node: ClusterNode): Promise<Connection>;
  /** A stream on a connection of its own, which has joined and caught up. */
  enter(node: ClusterNode, user: Account, how?: Parameters<typeof join>[0]): Promise<ChatStream>;
}

/** How long a stream waits for anything, in milliseconds: much longer than nodes take during an outage of an engine. */
const DEADLINE_MS = 30_000;

/** Visitors of a `describe`. */
export function useVisitors(): Visitors {
  const connections: Connection[] = [];
  const connect = async (node: ClusterNode) => {
    const wire = await node.connect();
    connections.push(wire);
    return wire;
  };
  afterEach(() => {
    for (const wire of connections.splice(0)) wire.close();
  });
  return {
    connect,
    async enter(node, user, how = {}) {
      const chat = (await connect(node)).chat(user.token, { deadline: DEADLINE_MS });
      chat.send(join(how), "join");
      await chat.next("caughtUp");
      return chat;
    },
  };
}

/** A duration in a form for people: `0.12 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
