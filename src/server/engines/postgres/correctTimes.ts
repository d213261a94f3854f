import type { MessagesAhead } from "../../log/ports/logStore.ts";
import { CircuitBreaker } from "../shared/circuitBreaker.ts";
import { parseAddress } from "./address.ts";
import { Connections, type Purpose } from "./connections.ts";
import { reachDatabase } from "./opening.ts";
import { serverTimeouts } from "./session.ts";

const FIND = { name: "messages-ahead", text: "SELECT first_id, last_id, latest FROM messages_ahead($1)" };
const CORRECT = { name: "correct-times", text: "SELECT first_id, last_id, latest FROM correct_times($1)" };

/** How long it may take, in milliseconds: it goes through all messages. */
const CORRECTION_TIMEOUT_MS = 60 * 60 * 1_000;

type Row = [firstId: number | null, lastId: number, latest: number];

/** The messages in a database whose time lies after `now`. Throws an error for people where it cannot be used. */
export function findPostgresMessagesAhead(url: string, now: number): Promise<MessagesAhead | undefined> {
  return withConnection(url, async (connection) => toAhead(await connection.read<Row>(FIND, [now])));
}

/**
 * Gives the messages in a database whose time lies after `now` that time, in one commit, and makes another log of it,
 * which the nodes find out by themselves. Resolves with which they were; where there is none it changes nothing. Throws
 * an error for people.
 */
export function correctPostgresTimes(url: string, now: number): Promise<MessagesAhead | undefined> {
  return withConnection(url, async (connection) => toAhead(await connection.change<Row>(CORRECT, [now])));
}

async function withConnection<T>(url: string, action: (connections: Connections) => Promise<T>): Promise<T> {
  const address = parseAddress(url);
  const respite = new CircuitBreaker(() => {});
  await reachDatabase(address, respite, { until: 0, patience: 0, report: () => {} });
  const purpose: Purpose = {
    name: "correct",
    max: 1,
    timeoutMs: CORRECTION_TIMEOUT_MS,
    settings: serverTimeouts(CORRECTION_TIMEOUT_MS),
  };
  const connections = new Connections(address, purpose, respite);
  try {
    return await action(connections);
  } finally {
    await connections.close();
  }
}

function toAhead([row]: Row[]): MessagesAhead | undefined {
  if (row === undefined || row[0] === null) return undefined;
  return { firstId: row[0], lastId: row[1], latest: row[2] };
}
