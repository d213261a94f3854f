import { DEFAULT_TIMINGS } from "../../common/limits.ts";
import { StoreUnavailable } from "../../common/storeErrors.ts";
import type { Online } from "../../presence/ports/roster.ts";
import { unavailable } from "./failures.ts";

/** How many joins and leaves one commit stores at most. */
const MAX_BATCH = 1_000;
/** How long after a failure the next heartbeat comes at the latest, in milliseconds. */
const RETRY_MS = 500;

/** The times of leases, in milliseconds. */
export interface LeaseTimes {
  /** How long the users of a node stay online without a heartbeat of the node. Default: 8,000. */
  readonly leaseMs: number;
  /** How often a node renews its lease. Default: 2,000. */
  readonly heartbeatMs: number;
  /** How long the roster keeps its changes at least. Default: 60,000. */
  readonly changeRetentionMs: number;
  /** How long the users of this node stay online after the node is closed. Default: 10,000. */
  readonly shutdownGraceMs: number;
  /** How long the users of nodes that have ended stay online after this node starts. Default: 15,000. */
  readonly startGraceMs: number;
}

/** The defaults of `LeaseTimes`. */
const DEFAULT_LEASE_TIMES: LeaseTimes = {
  leaseMs: 8_000,
  heartbeatMs: 2_000,
  changeRetentionMs: 60_000,
  shutdownGraceMs: 10_000,
  startGraceMs: DEFAULT_TIMINGS.startGraceMs,
};

/** Completes lease times with the defaults. Ignores other options. */
export function leaseTimesOf(options: Partial<LeaseTimes>): LeaseTimes {
  const {
    leaseMs = DEFAULT_LEASE_TIMES.leaseMs,
    heartbeatMs = DEFAULT_LEASE_TIMES.heartbeatMs,
    changeRetentionMs = DEFAULT_LEASE_TIMES.changeRetentionMs,
    shutdownGraceMs = DEFAULT_LEASE_TIMES.shutdownGraceMs,
    startGraceMs = DEFAULT_LEASE_TIMES.startGraceMs,
  } = options;
  return { leaseMs, heartbeatMs, changeRetentionMs, shutdownGraceMs, startGraceMs };
}

/**
 * The lease of one node in a database, and the users whom the lease keeps online. Any call may throw `StoreUnavailable`
 * or `OutcomeUnknown`. The lease client makes one call at a time.
 */
export interface LeaseStore {
  /**
   * Extends the leases of nodes that have ended to the end of the start grace, so that their clients have time to
   * reconnect.
   */
  extendEndedLeases(): Promise<void>;

  /**
   * Stores joins and leaves of this node's users. Resolves with the usernames that came online or went offline over all
   * nodes; `undefined`, with nothing changed, if the node has no lease or `generation` is not that of the last full
   * sync.
   */
  update(generation: number, joined: readonly Online[], left: readonly string[]): Promise<Set<string> | undefined>;

  /** Takes a lease and replaces all of this node's users. Updates of an earlier generation then have no effect. */
  fullSync(generation: number, users: readonly Online[]): Promise<void>;

  /** Renews the lease. Resolves with whether there was a lease to renew. */
  renew(): Promise<boolean>;

  /** Ends the lease: after the shutdown grace if `hasUsers`, else now. */
  end(hasUsers: boolean): Promise<void>;

  /** Calls `listener` for each new connection to the database, before it is used. */
  onConnected(listener: () => void): void;
}

/** A user has joined this node, or (without `user`) has left it. */
export interface PresenceUpdate {
  readonly accountId: number;
  readonly user: Online | undefined;
}

interface PendingUpdate extends PresenceUpdate {
  readonly resolve: (changed: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Keeps the users of this node online in a database by a lease. The client remembers the users. It stores all of them
 * again if the database may have missed an update, or has ended the lease because the node stalled.
 */
export class LeaseClient {
  readonly #store: LeaseStore;
  readonly #heartbeatMs: number;
  /** The users of this node, by account. */
  readonly #users = new Map<number, Online>();
  #pending: PendingUpdate[] = [];
  #flushScheduled = false;
  /** Whether the database may have other users of this node than `#users`. */
  #needsFullSync = true;
  /**
   * The number of full syncs. An update carries it, and has no effect if it reaches the database after a later full
   * sync.
   */
  #generation = 0;
  /** The serial queue of calls. */
  #queue: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(store: LeaseStore, heartbeatMs: number) {
    this.#store = store;
    this.#heartbeatMs = heartbeatMs;
    store.onConnected(() => {
      // The database server may have crashed, and may not have synced the last updates.
      this.#needsFullSync = true;
    });
  }

  /** Takes the first lease, and starts the heartbeats that renew it. Throws `StoreUnavailable` or `OutcomeUnknown`. */
  async start(): Promise<void> {
    // If no node was running, or none could reach the database, the clients of the other nodes are about to reconnect.
    await this.#store.extendEndedLeases();
    await this.#fullSync();
    await this.#store.renew();
    this.#scheduleHeartbeat(this.#heartbeatMs);
  }

  /** Stores a join or leave. Resolves with whether the user came online or went offline over all nodes. */
  update(update: PresenceUpdate): Promise<boolean> {
    if (this.#closed) return Promise.reject(new StoreUnavailable("the store is closed"));
    return new Promise((resolve, reject) => {
      this.#pending.push({ ...update, resolve, reject });
      this.#scheduleFlush();
    });
  }

  /**
   * Stops after the pending updates. Users who have not left stay online for the shutdown grace, so that they can
   * reconnect to another node.
   */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#closed = true;
    do await this.#queue;
    while (this.#pending.length > 0);
    // If this fails, the lease expires.
    await this.#store.end(this.#users.size > 0).catch(() => {});
  }

  #enqueue(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(work);
  }

  /** Queues one flush for all updates that arrive before the flush begins. */
  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    this.#enqueue(() => this.#flush());
  }

  /**
   * Stores one batch, and queues the next one after any heartbeat that is due: under any load the lease must be
   * renewed.
   */
  async #flush(): Promise<void> {
    this.#flushScheduled = false;
    const batch = this.#nextBatch();
    try {
      const changed = await this.#flushBatch(batch);
      for (const { accountId, user, resolve } of batch) {
        const username = (user ?? this.#users.get(accountId))?.username;
        if (user === undefined) this.#users.delete(accountId);
        else if (!this.#users.has(accountId) || changed.has(user.username)) this.#users.set(accountId, user);
        resolve(username !== undefined && changed.has(username));
      }
    } catch (error) {
      this.#needsFullSync = true;
      // Also if the outcome is unknown: the next full sync undoes the update, so its caller may take it as not stored.
      for (const { reject } of batch) reject(unavailable(error));
    }
    if (this.#pending.length > 0) this.#scheduleFlush();
  }

  /** Takes the next updates, with at most one for each account. */
  #nextBatch(): PendingUpdate[] {
    const accounts = new Set<number>();
    let end = 0;
    for (const { accountId } of this.#pending.slice(0, MAX_BATCH)) {
      if (accounts.has(accountId)) break;
      accounts.add(accountId);
      end += 1;
    }
    return this.#pending.splice(0, end);
  }

  /** Resolves with the usernames that came online or went offline over all nodes. */
  async #flushBatch(batch: readonly PendingUpdate[]): Promise<Set<string>> {
    const joined = batch.flatMap(({ user }) => user ?? []);
    const left = batch.flatMap(({ accountId, user }) => {
      const present = this.#users.get(accountId);
      return user !== undefined || present === undefined ? [] : present.username;
    });
    if (joined.length + left.length === 0) return new Set();
    for (;;) {
      if (this.#needsFullSync) await this.#fullSync();
      const changed = await this.#store.update(this.#generation, joined, left);
      if (changed !== undefined) return changed;
      this.#needsFullSync = true;
    }
  }

  async #fullSync(): Promise<void> {
    this.#generation += 1;
    await this.#store.fullSync(this.#generation, [...this.#users.values()]);
    this.#needsFullSync = false;
  }

  #scheduleHeartbeat(ms: number): void {
    this.#timer = setTimeout(() => this.#enqueue(() => this.#heartbeat()), ms);
  }

  async #heartbeat(): Promise<void> {
    if (this.#closed) return;
    let nextMs = this.#heartbeatMs;
    try {
      if (!this.#needsFullSync && !(await this.#store.renew())) this.#needsFullSync = true;
      if (this.#needsFullSync) await this.#fullSync();
    } catch {
      this.#needsFullSync = true;
      nextMs = Math.min(this.#heartbeatMs, RETRY_MS);
    }
    if (!this.#closed) this.#scheduleHeartbeat(nextMs);
  }
}
