import type { EntriesAhead } from "../../log/ports/logStore.ts";
import { CircuitBreaker } from "../shared/circuitBreaker.ts";
import { parseAddress } from "./address.ts";
import { Connections, type Purpose } from "./connections.ts";
import { reachDatabase } from "./opening.ts";
import { serverTimeouts } from "./session.ts";

const FIND = { name: "entries-ahead", text: "SELECT first_id, last_id, latest FROM entries_ahead($1)" };
const CORRECT = { name: "correct-times", text: "SELECT first_id, last_id, latest FROM correct_times($1)" };

/** How long a statement may take: it reads all entries. */
const CORRECTION_TIMEOUT_MS = 60 * 60 * 1_000;

type Row = [firstId: number | null, lastId: number, latest: number];

/** Finds the entries whose time is after `now`. Throws an error for the operator if the database cannot be used. */
export function findPostgresMessagesAhead(url: string, now: number): Promise<EntriesAhead | undefined> {
  return withConnection(url, async (connection) => toAhead(await connection.read<Row>(FIND, [now])));
}

/**
 * Sets the time of entries that is after `now` to `now`, and gives the log a new id, in one commit; running
 * nodes notice the new id. Resolves with the range of these entries. If there are none, changes nothing. Throws an
 * error for the operator.
 */
export function correctPostgresTimes(url: string, now: number): Promise<EntriesAhead | undefined> {
  return withConnection(url, async (connection) => toAhead(await connection.change<Row>(CORRECT, [now])));
}

async function withConnection<T>(url: string, action: (connections: Connections) => Promise<T>): Promise<T> {
  const address = parseAddress(url);
  const breaker = new CircuitBreaker(() => {});
  await reachDatabase(address, breaker, { deadlineAt: 0, timeoutMs: 0, report: () => {} });
  const purpose: Purpose = {
    name: "correct",
    max: 1,
    timeoutMs: CORRECTION_TIMEOUT_MS,
    settings: serverTimeouts(CORRECTION_TIMEOUT_MS),
  };
  const connections = new Connections(address, purpose, breaker);
  try {
    return await action(connections);
  } finally {
    await connections.close();
  }
}

function toAhead([row]: Row[]): EntriesAhead | undefined {
  if (row === undefined || row[0] === null) return undefined;
  return { firstId: row[0], lastId: row[1], latest: row[2] };
}
