import { createHash, randomBytes } from "node:crypto";
import type { AccountStore } from "../../src/server/accounts/ports/accountStore.ts";
import type { SessionStore } from "../../src/server/accounts/ports/sessionStore.ts";
import type { ClockMark } from "../../src/server/common/ports/clockMark.ts";
import type { Entry, Message } from "../../src/server/log/entry.ts";
import type { DeletionDraft, Draft, EditDraft, LogStore, MessageDraft } from "../../src/server/log/ports/logStore.ts";
import type { ReadMarkers } from "../../src/server/log/ports/readMarkers.ts";
import type { SearchIndex } from "../../src/server/search/ports/searchIndex.ts";

/** The store that a suite is run on: the ports that one engine implements. */
export interface Store {
  readonly log: LogStore;
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly clockMark: ClockMark;
  readonly readMarkers: ReadMarkers;
  readonly search: SearchIndex;
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

/** One new store for all tests of a `describe`. Each looks only at the entries that it appended itself. */
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
    get readMarkers() {
      return store.readMarkers;
    },
    get search() {
      return store.search;
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

/** The fields that drafts of every kind may have. */
interface DraftOptions {
  readonly requestId?: string;
  readonly at?: number;
}

/** A draft of a message of a user, by default to everyone. */
export function draft(
  from: Person,
  text: string,
  more: DraftOptions & { to?: Person | undefined; replyTo?: number } = {},
): MessageDraft {
  const { to, replyTo = 0 } = more;
  return {
    kind: "message",
    ...sentBy(from, more),
    recipientId: to?.accountId ?? 0,
    recipient: to?.username ?? "",
    text,
    replyTo,
  };
}

/** A draft of a user's edit of a message. */
export function edit(from: Person, messageId: number, text: string, more: DraftOptions = {}): EditDraft {
  return { kind: "edited", ...sentBy(from, more), messageId, text };
}

/** A draft of a user's deletion of a message. */
export function deletion(from: Person, messageId: number, more: DraftOptions = {}): DeletionDraft {
  return { kind: "deleted", ...sentBy(from, more), messageId };
}

function sentBy({ sessionId, accountId, username }: Person, { requestId = "", at = NOON }: DraftOptions) {
  return { sessionId, senderId: accountId, sender: username, requestId, at };
}

/** Appends one entry. Resolves with its id. */
export async function post(log: LogStore, draft: Draft): Promise<number> {
  const [outcome] = await log.append([draft]);
  if (outcome?.kind !== "appended") throw new Error(`the draft was not appended: ${JSON.stringify(outcome)}`);
  return outcome.entry.id;
}

/** The id of the newest entry. */
export async function headOf(log: LogStore): Promise<number> {
  return (await log.state()).headId;
}

/** All entries in a log after an id. */
export async function readAfter(log: LogStore, id: number): Promise<Entry[]> {
  return log.read(id + 1, Math.max(await headOf(log), id + 1));
}

/** All messages in a log after an id, as they are now. */
export async function messagesAfter(log: LogStore, id: number): Promise<Message[]> {
  return (await readAfter(log, id)).filter((entry) => entry.kind === "message");
}

/** The ids of all entries in a log after an id. */
export async function idsAfter(log: LogStore, id: number): Promise<number[]> {
  return (await readAfter(log, id)).map((entry) => entry.id);
}

/** The numbers from one to another, both included. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
