import type { Draft } from "../../src/server/log/ports/logStore.ts";
import type { Person, TestServer } from "./server.ts";

/** A message to append. */
export interface Line {
  readonly from: Person;
  /** The recipient. Undefined: everyone. */
  readonly to?: Person;
  readonly text: string;
}

const BATCH = 1000;

/** Appends many messages directly to the server's log, and restarts the server. */
export async function fill(server: TestServer, lines: Iterable<Line>): Promise<void> {
  const ids = new Map<string, { accountId: number; sessionId: number }>();
  const idsOf = async ({ username, token }: Person) => {
    const known = ids.get(username);
    if (known) return known;
    // With a server in another process, each method of an engine returns a promise.
    const session = await server.engines.sessions.find(await server.engines.secrets.digest(token));
    if (!session) throw new Error(`${username} has no session`);
    const found = { accountId: session.accountId, sessionId: session.id };
    ids.set(username, found);
    return found;
  };
  let batch: Draft[] = [];
  for (const { from, to, text } of lines) {
    const sender = await idsOf(from);
    batch.push({
      kind: "message",
      sessionId: sender.sessionId,
      senderId: sender.accountId,
      sender: from.username,
      recipientId: to === undefined ? 0 : (await idsOf(to)).accountId,
      recipient: to?.username ?? "",
      requestId: "",
      text,
      replyTo: 0,
      at: Date.now(),
    });
    if (batch.length === BATCH) {
      await server.engines.log.append(batch);
      batch = [];
    }
  }
  if (batch.length > 0) await server.engines.log.append(batch);
  await server.restart();
}

/** `count` public messages of one person, with texts of about this length. */
export function* chatter(from: Person, count: number, length = 30): Generator<Line> {
  for (let i = 1; i <= count; i++) yield { from, text: `${i} `.padEnd(length, "blah ") };
}
