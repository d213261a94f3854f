import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { AccountStore } from "../../accounts/ports/accountStore.ts";
import type { SessionStore } from "../../accounts/ports/sessionStore.ts";
import type { ClockMark } from "../../common/ports/clockMark.ts";
import type { Draft, LogStore } from "../../log/ports/logStore.ts";
import type { ReadMarkers } from "../../log/ports/readMarkers.ts";
import type { Online } from "../../presence/ports/roster.ts";
import type { SearchIndex } from "../../search/ports/searchIndex.ts";
import type { StoreFiles } from "./files/custody.ts";
import { hasStore, isOpenElsewhere } from "./files/database.ts";
import { DATABASE, LOCK, makeFolder } from "./files/folder.ts";
import { type FolderLock, lockFolder } from "./files/lock.ts";
import { LossWatch, type Report, setAsideWal } from "./files/lossWatch.ts";
import { findLostStore } from "./files/lostStore.ts";
import type { StoreReader } from "./reader.ts";
import { accountIdsOf, type EntryRow, parseEntryRows, toAppendResult, toDraftRow, toEntry } from "./rows.ts";
import type { SearchReader } from "./searchReader.ts";
import { UsernameCache } from "./usernameCache.ts";
import { WorkerClient } from "./workerClient.ts";
import type { StoreWriter } from "./writer.ts";

export type { Report };

/** A store in one SQLite file, with three workers: a writer, a reader and one for searches, each with its own connection. */
export interface SqliteStore {
  readonly log: LogStore;
  readonly search: SearchIndex;
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly clockMark: ClockMark;
  readonly readMarkers: ReadMarkers;
  /** The saved list of online users: see `OnlineRecord` in engines/memory/roster.ts. */
  readonly online: {
    load(): Promise<readonly Online[]>;
    save(joined: readonly Online[], left: readonly number[]): Promise<void>;
  };
  /** Resolves with an error for the operator when this server has lost the store for good, and must end. */
  readonly failed: Promise<Error>;
  /** Ends the workers after their pending calls, and releases the folder. */
  close(): Promise<void>;
}

/** The options of `openSqliteStore`. */
export interface SqliteOptions {
  readonly folder: string;
  /** Default: reports nothing. */
  readonly report?: Report;
}

/**
 * How long a start gives a running server to lock the folder again. A server checks its lock file twice a second, in
 * case it was removed.
 */
const RELOCK_WAIT_MS = 2_000;

/**
 * Opens the store in a folder. Creates a new store if the folder shows no sign of an earlier one. Throws an error for
 * the operator if the folder cannot be written, is in use by another server, has lost its store, or has a store of
 * another program or a newer version.
 */
export async function openSqliteStore({ folder, report = () => {} }: SqliteOptions): Promise<SqliteStore> {
  refuseLostStore(folder);
  makeFolder(folder, [DATABASE, LOCK]);
  const file = join(folder, DATABASE);
  const lock = await lockForServer(folder, file);
  const owner = randomUUID();
  const watch = new LossWatch({ checkpoint: () => writer.methods.checkpoint(), report });
  const lost = watch.lost.bind(watch);
  const writer = new WorkerClient<StoreWriter>({ role: "writer", file, owner }, lost);
  let reader: WorkerClient<StoreReader> | undefined;
  let search: WorkerClient<SearchReader> | undefined;
  let anchor: DatabaseSync | undefined;
  let files: StoreFiles | undefined;
  const closeOnce = async () => {
    // The writer closes last, because only the last connection checkpoints the WAL into the file, and a read-only
    // connection cannot do that.
    await reader?.close();
    await search?.close();
    anchor?.close();
    await writer.close();
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
    files = await writer.start();
    anchor = openAnchor(file);
    reader = new WorkerClient<StoreReader>({ role: "reader", file, owner, files }, lost);
    await reader.start();
    // Starts with the first search.
    search = new WorkerClient<SearchReader>({ role: "search", file, owner, files }, lost);
    lock.mark();
  } catch (error) {
    await close();
    throw error;
  }
  lock.keep(() => report({ level: "warn", message: `${join(folder, LOCK)} was removed, and is made and locked anew` }));
  return {
    ...messagePorts(writer.methods, reader.methods, search.methods, watch),
    ...otherPorts(writer.methods, reader.methods),
    failed: watch.failed,
    close,
  };
}

/**
 * Locks a folder. If another process has the store open, it may be a running server whose lock file was removed: gives
 * that server time to lock the folder again, and throws if it has.
 */
async function lockForServer(folder: string, file: string): Promise<FolderLock> {
  let lock = lockFolder(folder);
  try {
    refuseLostStore(folder, lock.isMarked);
    if (!hasStore(file) || !isOpenElsewhere(file)) return lock;
    lock.release();
    await sleep(RELOCK_WAIT_MS);
    lock = lockFolder(folder);
    // A process that still has the store open is a backup or a stalled server. A stalled server can commit nothing
    // after the new server has claimed the store.
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

function refuseLostStore(folder: string, isMarked = false): void {
  const lost = findLostStore(folder, isMarked);
  if (lost !== undefined) throw new Error(lost);
}

/**
 * Opens a connection that is never used. While it is open, SQLite does not remove the WAL, even if both workers end. A
 * restarted worker must open the same files.
 */
function openAnchor(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true });
  db.prepare("SELECT value FROM meta WHERE name = 'log_id'").get();
  return db;
}

type Writer = WorkerClient<StoreWriter>["methods"];
type Reader = WorkerClient<StoreReader>["methods"];
type Searcher = WorkerClient<SearchReader>["methods"];

function messagePorts(
  writer: Writer,
  reader: Reader,
  searcher: Searcher,
  watch: LossWatch,
): Pick<SqliteStore, "log" | "search"> {
  const usernames = new UsernameCache((accountIds) => reader.usernames(accountIds));
  const decode = async (rows: readonly EntryRow[]) => {
    const names = await usernames.get(accountIdsOf(rows));
    return rows.map((row) => toEntry(row, names));
  };
  const decodeMessages = async (rows: readonly EntryRow[]) =>
    (await decode(rows)).filter((entry) => entry.kind === "message");
  const log: LogStore = {
    // Ignores what the caller has seen: only this server writes to the folder, so the log cannot regress while it runs.
    async state() {
      const state = await reader.state();
      watch.inPlace();
      return state;
    },
    async append(batch) {
      const rows = await writer.append(batch.map(toDraftRow));
      return rows.map((row, i) => toAppendResult(batch[i] as Draft, row));
    },
    read: async (from, to) => decode(parseEntryRows(await reader.read(from, to))),
    recent: (accountId, count) => reader.recent(accountId, count),
    async history(query) {
      const { rows, hasOlder } = await reader.history(query);
      return { messages: await decodeMessages(parseEntryRows(rows)), hasOlder };
    },
    find: (senderId, requestId, content) => reader.find(senderId, requestId, content),
    truncate: (before) => writer.truncate(before),
  };
  const search: SearchIndex = {
    advance: () => writer.advanceSearchIndex(),
    async search(query) {
      const result = await searcher.search(query);
      if (result.kind !== "page") return result;
      const messages = await decodeMessages(result.rows.map((row) => JSON.parse(row)));
      return { kind: "page", messages, hasOlder: result.hasOlder };
    },
  };
  return { log, search };
}

function otherPorts(
  writer: Writer,
  reader: Reader,
): Pick<SqliteStore, "accounts" | "sessions" | "clockMark" | "readMarkers" | "online"> {
  return {
    accounts: {
      create: (username, passwordHash, at) => writer.createAccount(username, passwordHash, at),
      find: (username) => reader.findAccount(username),
      setPasswordHash: (accountId, passwordHash) => writer.setPasswordHash(accountId, passwordHash),
    },
    sessions: {
      open: ({ tokenHash, accountId, at, expiresAt }) => writer.openSession(tokenHash, accountId, at, expiresAt),
      find: (tokenHash) => reader.findSession(tokenHash),
      ended: (sessionIds) => reader.endedSessions(sessionIds),
      touch: (sessionIds, at) => writer.touchSessions(sessionIds, at),
      end: (sessionId, everywhere) => writer.endSessions(sessionId, everywhere),
      purge: (expiredBefore, unusedSince) => writer.purgeSessions(expiredBefore, unusedSince),
      cap: (lastUsedAt, expiresAt) => writer.capSessions(lastUsedAt, expiresAt),
    },
    clockMark: { read: () => reader.clockMark(), write: (at) => writer.writeClockMark(at) },
    readMarkers: {
      get: (accountId) => reader.readMarker(accountId),
      advance: (accountId, upTo) => writer.advanceReadMarker(accountId, upTo),
    },
    online: {
      load: () => reader.online(),
      save(joined, left) {
        const rows = joined.map(({ accountId, since }) => [accountId, since] as const);
        return writer.saveOnline(rows, left);
      },
    },
  };
}
