import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import { parseTable } from "../../src/server/net/portHolder.ts";

/**
 * An outgoing connection whose own port no other socket has. Linux gives one port to connections of different
 * destinations, and a connection that has ended (TIME_WAIT) keeps it for a minute: nothing can listen there.
 */
export async function connectAlone(to: number): Promise<net.Socket> {
  for (;;) {
    const outgoing = net.connect(to, "127.0.0.1");
    await once(outgoing, "connect");
    const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map((file) => readFileSync(file, "latin1"));
    const sockets = tables.flatMap(parseTable).filter(({ port }) => port === outgoing.localPort);
    if (sockets.length === 1) return outgoing;
    outgoing.resetAndDestroy();
  }
}
