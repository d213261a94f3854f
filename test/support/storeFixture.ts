import { createHash, randomBytes } from "node:crypto";
import type { AccountStore } from "../../src/server/accounts/ports/accountStore.ts";
import type { SessionStore } from "../../src/server/accounts/ports/sessionStore.ts";
import type { ClockMark } from "../../src/server/common/ports/clockMark.ts";
import type { Message } from "../../src/server/log/entry.ts";
import type { Draft, LogStore } from "../../src/server/log/ports/logStore.ts";

/** The store that a suite is run on: the ports that one engine implements. */
export interface Store {
  readonly log: LogStore;
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly clockMark: ClockMark;
  close(): Promise<void>;
}

/** Where a store is kept, such as a folder or a schema. */
export interface StoreFixture {
  /** Opens the store. After a `close` it has the same content again. */
  open(): Promise<Store>;
  /** Removes the store. */
  remove(): Promise<void>;
}

/** Creates a fixture for a new store. */
export type NewStoreFixture = () => Promise<StoreFixture>;

/** A store that can be closed and opened again. */
export type ReopenableStore = Store & { reopen(): Promise<void> };

/** One new store for all tests of a `describe`. Each looks only at the messages that it appended itself. */
export function useStore(newFixture: NewStoreFixture): ReopenableStore {
  return use(newFixture, before, after);
}

/** A new store for each test of a `describe`, for tests that need an empty one. Slower than `useStore`. */
export function useEmptyStore(newFixture: NewStoreFixture): ReopenableStore {
  return use(newFixture, beforeEach, afterEach);
}

function use(newFixture: NewStoreFixture, begin: typeof before, end: typeof after): ReopenableStore {
  let fixture: StoreFixture;
  let store: Store;
  begin(async () => {
    fixture = await newFixture();
    store = await fixture.open();
  });
  end(async () => {
    await store.close();
    await fixture.remove();
  });
  return {
    get log() {
      return store.log;
    },
    get accounts() {
      return store.accounts;
    },
    get sessions() {
      return store.sessions;
    },
    get clockMark() {
      return store.clockMark;
    },
    close: () => store.close(),
    reopen: async () => {
      await store.close();
      store = await fixture.open();
    },
  };
}

/** A user with an account and a session. */
export interface Person {
  readonly accountId: number;
  readonly username: string;
  readonly sessionId: number;
  readonly tokenHash: Uint8Array;
}

/** The time at which tests begin. */
export const NOON = Date.UTC(2024, 0, 1, 12);
const DAY = 24 * 60 * 60 * 1_000;

/** The hash of a token that nobody has. */
export function newTokenHash(): Uint8Array {
  return createHash("sha256").update(randomBytes(32)).digest();
}

let people = 0;

/** Creates an account and a session. The name gets a number, so that tests that share a store do not collide. */
export async function enlist(store: Store, name: string): Promise<Person> {
  people += 1;
  const username = `${name}-${people}`;
  const account = await store.accounts.create(username, `hash of ${username}`, NOON);
  if (account === undefined) throw new Error(`${username} has an account already`);
  return signIn(store, { accountId: account.id, username });
}

/** Opens one more session of a user. */
export async function signIn(store: Store, who: Pick<Person, "accountId" | "username">): Promise<Person> {
  const tokenHash = newTokenHash();
  const { accountId, username } = who;
  const session = await store.sessions.open({ tokenHash, accountId, at: NOON, expiresAt: NOON + DAY });
  return { accountId, username, sessionId: session.id, tokenHash };
}

/** A draft of a user, by default to everyone. */
export function draft(
  from: Person,
  text: string,
  more: { to?: Person | undefined; requestId?: string; at?: number } = {},
): Draft {
  return {
    sessionId: from.sessionId,
    senderId: from.accountId,
    sender: from.username,
    recipientId: more.to?.accountId ?? 0,
    recipient: more.to?.username ?? "",
    requestId: more.requestId ?? "",
    text,
    at: more.at ?? NOON,
  };
}

/** Appends one message. Resolves with its id. */
export async function post(log: LogStore, message: Draft): Promise<number> {
  const [outcome] = await log.append([message]);
  if (outcome?.kind !== "accepted") throw new Error(`the message was not accepted: ${JSON.stringify(outcome)}`);
  return outcome.id;
}

/** The id of the newest message. */
export async function headOf(log: LogStore): Promise<number> {
  return (await log.state()).headId;
}

/** All messages in a log after an id. */
export async function readAfter(log: LogStore, id: number): Promise<Message[]> {
  return log.read(id + 1, Math.max(await headOf(log), id + 1));
}

/** The ids of all messages in a log after an id. */
export async function idsAfter(log: LogStore, id: number): Promise<number[]> {
  return (await readAfter(log, id)).map((message) => message.id);
}

/** The numbers from one to another, both included. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
