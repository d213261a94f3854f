import { join } from "node:path";
import type { AccountStore } from "../../room/ports/accounts.ts";
import type { ClockMark } from "../../room/ports/clockMark.ts";
import type { LogStore } from "../../room/ports/log.ts";
import type { Online } from "../../room/ports/roster.ts";
import type { SessionStore } from "../../room/ports/sessions.ts";
import { toAppended, toDraftRow } from "./draftRow.ts";
import { DATABASE, LOCK, makeFolder } from "./folder.ts";
import { lockFolder } from "./lock.ts";
import { accountsIn, readRows, toMessage } from "./messageRow.ts";
import { Names } from "./names.ts";
import type { Reading } from "./reading.ts";
import { Thread } from "./thread.ts";
import type { Writing } from "./writing.ts";

/** A store in one SQLite file, with a thread and a connection for writing and another for reading. */
export interface SqliteStore {
  readonly log: LogStore;
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly clockMark: ClockMark;
  /** Where it is written down who is online: see `OnlineRecord` of the roster in memory. */
  readonly online: {
    load(): Promise<readonly Online[]>;
    save(came: readonly Online[], gone: readonly number[]): Promise<void>;
  };
  /** Ends its threads, behind the calls under way, and lets go of the folder. */
  close(): Promise<void>;
}

/**
 * Opens the store in a folder, which is made where there is none. Throws an error for people where the folder cannot be written, is in
 * use by another server, or holds a store of a newer version.
 */
export async function openSqliteStore({ folder }: { folder: string }): Promise<SqliteStore> {
  makeFolder(folder, [DATABASE, LOCK]);
  const lock = lockFolder(folder);
  const file = join(folder, DATABASE);
  const writing = new Thread<Writing>({ role: "writing", file });
  const reading = new Thread<Reading>({ role: "reading", file });
  const closeOnce = async () => {
    // The writing one last: only the last connection folds the WAL into the file, and a read-only one cannot.
    await reading.close();
    await writing.close();
    lock.release();
  };
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeOnce();
    return closed;
  };
  try {
    await writing.start();
    await reading.start();
  } catch (error) {
    await close();
    throw error;
  }
  return { ...storeOf(writing.methods, reading.methods), close };
}

function storeOf(writing: Thread<Writing>["methods"], reading: Thread<Reading>["methods"]) {
  const names = new Names((accountIds) => reading.names(accountIds));
  const log: LogStore = {
    // Whatever the caller has seen: this folder has one server, so while it runs nobody else can make the log go back.
    state: () => reading.state(),
    append: async (batch) => (await writing.append(batch.map(toDraftRow))).map(toAppended),
    read: async (from, to) => {
      const rows = readRows(await reading.read(from, to));
      const known = await names.of(accountsIn(rows));
      return rows.map((row) => toMessage(row, known));
    },
    recent: (accountId, count) => reading.recent(accountId, count),
    find: (senderId, requestId) => reading.find(senderId, requestId),
    forget: (before) => writing.forget(before),
  };
  const accounts: AccountStore = {
    create: (username, passwordHash, at) => writing.createAccount(username, passwordHash, at),
    find: (username) => reading.findAccount(username),
    setPasswordHash: (accountId, passwordHash) => writing.setPasswordHash(accountId, passwordHash),
  };
  const sessions: SessionStore = {
    open: ({ tokenHash, accountId, at, expiresAt }) => writing.openSession(tokenHash, accountId, at, expiresAt),
    find: (tokenHash) => reading.findSession(tokenHash),
    ended: (sessionIds) => reading.endedSessions(sessionIds),
    touch: (sessionIds, at) => writing.touchSessions(sessionIds, at),
    end: (sessionId, everywhere) => writing.endSessions(sessionId, everywhere),
    sweep: (expiredBefore, unusedSince) => writing.sweepSessions(expiredBefore, unusedSince),
    cap: (lastUsedAt, expiresAt) => writing.capSessions(lastUsedAt, expiresAt),
  };
  const clockMark: ClockMark = { read: () => reading.clockMark(), write: (at) => writing.writeClockMark(at) };
  const online: SqliteStore["online"] = {
    load: () => reading.online(),
    save: (came, gone) =>
      writing.saveOnline(
        came.map(({ accountId, since }) => [accountId, since] as const),
        gone,
      ),
  };
  return { log, accounts, sessions, clockMark, online };
}
