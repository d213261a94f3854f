import { StoreUnavailable } from "../../common/storeErrors.ts";
import type { Online } from "../../presence/ports/roster.ts";
import type { Connections } from "./connections.ts";
import { unavailable } from "./failures.ts";
import { toNumbers } from "./session.ts";

/** Comings and goings that are told in one commit. */
const MAX_BATCH = 1_000;
/** After how long a lease that could not be renewed is tried again, in milliseconds. */
const RETRY = 500;

export const TELL = { name: "tell-roster", text: "SELECT tell_roster($1, $2, $3, $4, $5, $6)" };
export const PUT = { name: "put-roster", text: "SELECT put_roster($1, $2, $3, $4, $5, $6)" };
export const RENEW = { name: "renew-lease", text: "SELECT renew_lease($1, $2, $3, $4)" };
export const EXPECT = { name: "expect-people", text: "SELECT expect_people($1)" };
export const END = { name: "end-node", text: "SELECT end_nodes(ARRAY[$1::uuid])" };

/** Somebody has come to this node, or (no `who`) has left it. */
export interface PresenceUpdate {
  readonly accountId: number;
  readonly who: Online | undefined;
}

interface Waiting extends PresenceUpdate {
  readonly resolve: (changed: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** What a presence is made with. */
export interface LeaseClientParts {
  /** One connection, which nobody else uses. */
  readonly connections: Connections;
  /** This node; different at each start. */
  readonly nodeId: string;
  /** Intervals of PostgreSQL: how long a lease lasts, and for how long a change is remembered at least. */
  readonly lease: string;
  readonly changeRetention: string;
  /** The same: how long those who are here when the node ends stay on the roster. */
  readonly shutdownGrace: string;
  /** The same: how long those who were here when a node ended stay on the roster once another one starts. */
  readonly startGrace: string;
  /** How often the lease is renewed, in milliseconds. */
  readonly heartbeatMs: number;
}

/**
 * Who is online on this node, here and in the database. What was not told for sure, or was swept out because this node had stalled, is
 * put right as a whole: the node remembers who is here.
 */
export class LeaseClient {
  readonly #parts: LeaseClientParts;
  readonly #users = new Map<number, Online>();
  #waiting: Waiting[] = [];
  #flushScheduled = false;
  /** The database may have something else than `#here`. */
  #needsFullSync = true;
  /** How often all of it was put there: what was said before and comes late must not count. */
  #generation = 0;
  /** What is under way, one after the other. */
  #calls: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: LeaseClientParts) {
    this.#parts = parts;
    parts.connections.onConnected(() => {
      // The server may have crashed, and does not sync what is said here before it says so.
      this.#needsFullSync = true;
    });
  }

  /** Gets the first lease, and renews it from now on. Throws `StoreUnavailable`, or `OutcomeUnknown`. */
  async start(): Promise<void> {
    // Where there was no node for a while, or nobody could reach the database, the clients of the others are about to be back.
    await this.#parts.connections.change(EXPECT, [this.#parts.startGrace]);
    await this.#fullSync();
    await this.#renew();
    this.#scheduleHeartbeat(this.#parts.heartbeatMs);
  }

  /** Tells the others. Resolves with whether the one is online now who was nowhere before, or the other way round. */
  update(told: PresenceUpdate): Promise<boolean> {
    if (this.#closed) return Promise.reject(new StoreUnavailable("the store is closed"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...told, resolve, reject });
      // One turn for all that gather until it comes.
      this.#scheduleFlush();
    });
  }

  /**
   * Tells no more. Whoever has not left stays on the roster for a while: their streams were ended by this node, and they are about to
   * come to another one.
   */
  async close(): Promise<void> {
    const { connections, nodeId, shutdownGrace: farewell, changeRetention: remembered } = this.#parts;
    clearTimeout(this.#timer);
    this.#closed = true;
    do await this.#calls;
    while (this.#waiting.length > 0);
    const told =
      this.#users.size === 0
        ? connections.change(END, [nodeId])
        : connections.change(RENEW, [nodeId, farewell, remembered, "0 s"]);
    // The lease ends by itself where this cannot be said.
    await told.catch(() => {});
  }

  #enqueue(work: () => Promise<void>): void {
    this.#calls = this.#calls.then(work);
  }

  /** Tells what has gathered. Behind it others have their turn: the lease must be renewed however many come and go. */
  async #flush(): Promise<void> {
    this.#flushScheduled = false;
    const batch = this.#nextBatch();
    try {
      const changed = await this.#flushBatch(batch);
      for (const { accountId, who, resolve } of batch) {
        const username = (who ?? this.#users.get(accountId))?.username;
        if (who === undefined) this.#users.delete(accountId);
        else if (!this.#users.has(accountId) || changed.has(who.username)) this.#users.set(accountId, who);
        resolve(username !== undefined && changed.has(username));
      }
    } catch (error) {
      this.#needsFullSync = true;
      for (const { reject } of batch) reject(unavailable(error));
    }
    if (this.#waiting.length > 0) this.#scheduleFlush();
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    this.#enqueue(() => this.#flush());
  }

  /** What comes next and has each account at most once. */
  #nextBatch(): Waiting[] {
    const accounts = new Set<number>();
    let end = 0;
    for (const { accountId } of this.#waiting.slice(0, MAX_BATCH)) {
      if (accounts.has(accountId)) break;
      accounts.add(accountId);
      end += 1;
    }
    return this.#waiting.splice(0, end);
  }

  /** The names of those for whom that made a difference over all nodes. */
  async #flushBatch(batch: readonly Waiting[]): Promise<Set<string>> {
    const came = batch.flatMap(({ who }) => who ?? []);
    const gone = batch.flatMap(({ accountId, who }) => {
      const here = this.#users.get(accountId);
      return who !== undefined || here === undefined ? [] : here.username;
    });
    if (came.length + gone.length === 0) return new Set();
    const { connections, nodeId } = this.#parts;
    for (;;) {
      if (this.#needsFullSync) await this.#fullSync();
      const values = [nodeId, this.#generation, ...columnsOf(came), gone];
      const [[changed] = []] = await connections.change<[string[] | null]>(TELL, values);
      if (changed !== null && changed !== undefined) return new Set(changed);
      this.#needsFullSync = true;
    }
  }

  async #fullSync(): Promise<void> {
    const { connections, nodeId, lease } = this.#parts;
    this.#generation += 1;
    await connections.change(PUT, [nodeId, this.#generation, lease, ...columnsOf([...this.#users.values()])]);
    this.#needsFullSync = false;
  }

  /** Resolves with whether there was a lease to renew. */
  async #renew(): Promise<boolean> {
    const { connections, nodeId, lease, changeRetention: remembered } = this.#parts;
    const [[held] = []] = await connections.change<[boolean]>(RENEW, [nodeId, lease, remembered, "0 s"]);
    return held === true;
  }

  #scheduleHeartbeat(ms: number): void {
    this.#timer = setTimeout(() => this.#enqueue(() => this.#heartbeat()), ms);
  }

  async #heartbeat(): Promise<void> {
    const { heartbeatMs: beat } = this.#parts;
    if (this.#closed) return;
    let next = beat;
    try {
      if (!this.#needsFullSync && !(await this.#renew())) this.#needsFullSync = true;
      if (this.#needsFullSync) await this.#fullSync();
    } catch {
      this.#needsFullSync = true;
      next = Math.min(beat, RETRY);
    }
    if (!this.#closed) this.#scheduleHeartbeat(next);
  }
}

function columnsOf(people: readonly Online[]): [string, string[], string] {
  return [
    toNumbers(people.map(({ accountId }) => accountId)),
    people.map(({ username }) => username),
    toNumbers(people.map(({ since }) => since)),
  ];
}
