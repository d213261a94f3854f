import type { Account } from "../../rig/userGroup.ts";
import type { ChatStream } from "../../support/chatStream.ts";
import { join } from "../../support/commands.ts";
import type { Connection } from "../../support/wire.ts";
import type { ClusterNode } from "./node.ts";

/** Connections to nodes, and streams on them. All are cut after each test. */
export interface NodeClients {
  /** A connection to a node. */
  connect(node: ClusterNode): Promise<Connection>;
  /** Opens a stream on a connection of its own, joins, and waits until it has caught up. */
  enter(node: ClusterNode, user: Account, how?: Parameters<typeof join>[0]): Promise<ChatStream>;
}

/** The limit of each wait on a stream. Nodes are slower during an outage, but not by this much. */
const DEADLINE_MS = 30_000;

/** Clients for the tests of a `describe`. */
export function useNodeClients(): NodeClients {
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

/** Formats a duration: `0.12 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
