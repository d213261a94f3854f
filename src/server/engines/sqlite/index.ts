import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { AccountStore } from "../../accounts/ports/accountStore.ts";
import type { SessionStore } from "../../accounts/ports/sessionStore.ts";
import type { ClockMark } from "../../common/ports/clockMark.ts";
import type { LogStore } from "../../log/ports/logStore.ts";
import type { Online } from "../../presence/ports/roster.ts";
import type { StoreFiles } from "./custody.ts";
import { toAppended, toDraftRow } from "./draftRow.ts";
import { DATABASE, LOCK, makeFolder } from "./folder.ts";
import { type FolderLock, lockFolder } from "./lock.ts";
import { LossWatch, type Report, setAsideWal } from "./lossWatch.ts";
import { checkOurs, findLostStore, isOpenElsewhere } from "./lostStore.ts";
import { accountsIn, readRows, toMessage } from "./messageRow.ts";
import { Names } from "./names.ts";
import type { StoreReader } from "./reader.ts";
import { WorkerClient } from "./workerClient.ts";
import type { StoreWriter } from "./writer.ts";

export type { Report };

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
  /** Resolves with an error for people when this server has lost the store for good, and can only end. */
  readonly failed: Promise<Error>;
  /** Ends its threads, behind the calls under way, and lets go of the folder. */
  close(): Promise<void>;
}

/** Where a store is, and who is told of what happens to it. Default: nobody. */
export interface SqliteOptions {
  readonly folder: string;
  readonly report?: Report;
}

/**
 * How long a start lets a server that is there lock the folder again, in milliseconds: one whose lock file was removed
 * looks for it twice a second.
 */
const GIVE_WAY = 2_000;

/**
 * Opens the store in a folder, which is made if there is none. Throws an error for people if the folder cannot be
 * written, is in use by another server, has lost its store, or holds one of another program or of a newer version.
 */
export async function openSqliteStore({ folder, report = () => {} }: SqliteOptions): Promise<SqliteStore> {
  refuseLost(folder);
  makeFolder(folder, [DATABASE, LOCK]);
  const file = join(folder, DATABASE);
  const lock = await lockForServer(folder, file);
  const owner = randomUUID();
  const watch = new LossWatch({ fold: () => writing.methods.fold(), report });
  const lost = watch.lost.bind(watch);
  const writing = new WorkerClient<StoreWriter>({ role: "writing", file, owner }, lost);
  let reading: WorkerClient<StoreReader> | undefined;
  let keeper: DatabaseSync | undefined;
  let files: StoreFiles | undefined;
  const closeOnce = async () => {
    // The writing one last: only the last connection folds the WAL into the file, and a read-only one cannot.
    await reading?.close();
    keeper?.close();
    await writing.close();
    const aside = files && setAsideWal(file, files);
    if (aside !== undefined) {
      const message = `another database is in the place of ${file}: what belongs to the one before is now ${aside}`;
      report({ level: "warn", message });
    }
    lock.release();
  };
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeOnce();
    return closed;
  };
  try {
    files = await writing.start();
    keeper = keepOpen(file);
    reading = new WorkerClient<StoreReader>({ role: "reading", file, owner, files }, lost);
    await reading.start();
    lock.mark();
  } catch (error) {
    await close();
    throw error;
  }
  lock.keep(() => report({ level: "warn", message: `${join(folder, LOCK)} was removed, and is made and locked anew` }));
  return { ...storeOf(writing.methods, reading.methods, watch), failed: watch.failed, close };
}

/** Locks a folder, if no server is on it that has only lost its lock file. */
async function lockForServer(folder: string, file: string): Promise<FolderLock> {
  let lock = lockFolder(folder);
  try {
    refuseLost(folder, lock.isMarked);
    if (!checkOurs(file) || !isOpenElsewhere(file)) return lock;
    lock.release();
    await sleep(GIVE_WAY);
    lock = lockFolder(folder);
    // Whoever still has it open is a backup, or a server that stands still: that one cannot commit once the store is
    // claimed.
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

function refuseLost(folder: string, isMarked = false): void {
  const lost = findLostStore(folder, isMarked);
  if (lost !== undefined) throw new Error(lost);
}

/**
 * A connection that is never used: while there is one, SQLite leaves the WAL where it is, whatever becomes of the
 * threads. With another one the files would not be those that were open.
 */
function keepOpen(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true });
  db.prepare("SELECT value FROM meta WHERE name = 'log_id'").get();
  return db;
}

function storeOf(
  writing: WorkerClient<StoreWriter>["methods"],
  reading: WorkerClient<StoreReader>["methods"],
  watch: LossWatch,
) {
  const names = new Names((accountIds) => reading.names(accountIds));
  const log: LogStore = {
    // Whatever the caller has seen: this folder has one server, so while it runs nobody else can make the log go back.
    state: async () => {
      const state = await reading.state();
      watch.held();
      return state;
    },
    append: async (batch) => (await writing.append(batch.map(toDraftRow))).map(toAppended),
    read: async (from, to) => {
      const rows = readRows(await reading.read(from, to));
      const known = await names.of(accountsIn(rows));
      return rows.map((row) => toMessage(row, known));
    },
    recent: (accountId, count) => reading.recent(accountId, count),
    find: (senderId, requestId) => reading.find(senderId, requestId),
    truncate: (before) => writing.forget(before),
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
    purge: (expiredBefore, unusedSince) => writing.sweepSessions(expiredBefore, unusedSince),
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
