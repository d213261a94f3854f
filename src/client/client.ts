import { setTimeout as sleep } from "node:timers/promises";
import { type CallOptions, Metadata, Status } from "nice-grpc";
import {
  ChatServiceDefinition,
  type ListResponse,
  type LoginResponse,
  type RegisterResponse,
} from "../gen/obrolan/v1/chat.ts";
import { Backoff } from "./backoff.ts";
import { toggle } from "./check.ts";
import { bearer, Connection, type Service } from "./connection.ts";
import { ChatError, isRepeatable, toChatError } from "./errors.ts";
import type { Message } from "./events.ts";
import { readHistory } from "./history.ts";
import {
  type CallSettings,
  type ConnectOptions,
  checkHistory,
  checkMarkRead,
  checkSearch,
  checkSettings,
  checkSignIn,
  checkToken,
  type HistoryOptions,
  LIST,
  type MarkReadOptions,
  type RoomOptions,
  type SearchOptions,
} from "./options.ts";
import { OpenRooms, Room } from "./room.ts";
import { readSearch } from "./search.ts";

/** `grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING` */
const SERVING = 1;

/** A new session. */
export interface SignedIn {
  /** The secret that proves the session. */
  readonly token: string;
  readonly username: string;
  /** The session ends at this time, or earlier. */
  readonly expiresAt: Date;
}

/** Makes a client of one server. It connects with the first call. */
export function connect(options: ConnectOptions): ChatClient {
  return new ChatClient(options);
}

/** The client of one server. A call that fails throws a `ChatError`. */
export class ChatClient {
  readonly #connection: Connection;
  readonly #timeoutMs: number;
  readonly #openRooms = new OpenRooms();
  readonly #closed = new AbortController();

  constructor(options: ConnectOptions) {
    this.#connection = new Connection(options);
    this.#timeoutMs = options.timeoutMs ?? 10_000;
  }

  /** Creates an account and signs in to it. */
  async register(username: string, password: string, settings?: CallSettings): Promise<SignedIn> {
    checkSignIn("register", username, password, settings);
    return signedIn(await this.#call((service, call) => service.register({ username, password }, call), settings));
  }

  /** Signs in to an existing account. */
  async login(username: string, password: string, settings?: CallSettings): Promise<SignedIn> {
    checkSignIn("login", username, password, settings);
    return signedIn(await this.#call((service, call) => service.login({ username, password }, call), settings));
  }

  /**
   * A page of the users who are online, in order of username. `pageSize`: default 100, at most 1,000. The call first
   * waits for joins with this token that are in flight, because a `List` that overtakes its own join lacks the caller.
   * It waits for half of `timeoutMs` at most.
   */
  async list(
    token: string,
    options: CallSettings & { pageSize?: number; pageToken?: string } = {},
  ): Promise<ListResponse> {
    checkToken(token);
    checkSettings("list", options, LIST);
    const { pageSize, pageToken, ...settings } = options;
    return this.#try(
      async (call) => {
        await this.#openRooms.joinsSettled(token, this.#timeoutMs / 2, call.signal);
        return this.#connection.service.list({ pageSize, pageToken }, call);
      },
      settings,
      token,
    );
  }

  /**
   * The messages that the user may see, from the newest to the oldest, as they are now. A page is fetched when its first
   * message is taken. If a call fails, the iteration throws a `ChatError`: begin again with the last id as `beforeId`.
   */
  history(token: string, options: HistoryOptions = {}): AsyncGenerator<Message, void> {
    checkHistory(token, options);
    const { peer, beforeId, pageSize, signal } = options;
    const fetchPage = (beforeId: bigint) =>
      this.#call((service, call) => service.history({ peer, beforeId, pageSize }, call), { signal }, token);
    return readHistory(fetchPage, beforeId, signal);
  }

  /**
   * The messages with all words of the query that the user may see, from the newest to the oldest. A page is fetched when
   * its first message is taken. If a call fails, the iteration throws a `ChatError`: begin again, and skip the messages
   * that you have.
   *
   * `INDEX_BUILDING` is such a failure: building the index can take minutes, longer than a call may wait. Search again
   * after the error's `retryAfterMs`.
   */
  search(token: string, query: string, options: SearchOptions = {}): AsyncGenerator<Message, void> {
    checkSearch(token, query, options);
    const { sender, peer, pageSize, signal } = options;
    const [since, until] = [notBeforeEpoch(options.since), notBeforeEpoch(options.until)];
    const fetchPage = (pageToken: string) =>
      this.#call(
        (service, call) => service.search({ query, sender, peer, since, until, pageSize, pageToken }, call),
        { signal },
        token,
      );
    return readSearch(fetchPage, signal);
  }

  /**
   * Moves the account's read marker, which all devices share: everything up to `upToId` has been read. The marker never
   * moves back; 0n only asks for it. Resolves with the marker.
   */
  async markRead(token: string, upToId: bigint, options: MarkReadOptions = {}): Promise<bigint> {
    checkMarkRead(token, upToId, options);
    const { logId, ...settings } = options;
    return (await this.#call((service, call) => service.markRead({ upToId, logId }, call), settings, token)).readUpTo;
  }

  /** Ends the token's session, or all sessions of its user. */
  async logout(token: string, options: CallSettings & { everywhere?: boolean } = {}): Promise<void> {
    checkToken(token);
    checkSettings("logout", options, { everywhere: toggle });
    const { everywhere, ...settings } = options;
    await this.#call((service, call) => service.logout({ everywhere }, call), settings, token);
  }

  /**
   * Whether the server reports that it takes calls. With `liveness`: whether its process is up, which is true also
   * while its store is unavailable.
   */
  async isServing(options: CallSettings & { liveness?: boolean } = {}): Promise<boolean> {
    checkSettings("isServing", options, { liveness: toggle });
    const { liveness = false, ...settings } = options;
    const service = liveness ? "" : ChatServiceDefinition.fullName;
    const { status } = await this.#try((call) => this.#connection.health.check({ service }, call), settings);
    return status === SERVING;
  }

  /** Enters the room and stays in it: see `Room`. Throws a `ChatError` for invalid options. */
  enter(options: RoomOptions): Room {
    this.#mustBeOpen();
    return new Room(this.#connection, options, this.#openRooms);
  }

  /**
   * Closes the connection; aborts open rooms and calls in flight. To miss nothing, await `room.close()` first. A second
   * call does nothing.
   */
  close(): void {
    this.#closed.abort();
    this.#openRooms.abort();
    this.#connection.close();
  }

  #mustBeOpen(): void {
    if (!this.#closed.signal.aborted) return;
    throw new ChatError(Status.FAILED_PRECONDITION, "This client was closed: make another one with connect().");
  }

  #call<T>(
    call: (service: Service, options: CallOptions) => Promise<T>,
    settings?: CallSettings,
    token?: string,
  ): Promise<T> {
    return this.#try((options) => call(this.#connection.service, options), settings, token);
  }

  /** Makes a call, and repeats it until the timeout while a draining server refuses it. */
  async #try<T>(
    call: (options: CallOptions & { signal: AbortSignal }) => Promise<T>,
    { signal }: CallSettings = {},
    token?: string,
  ): Promise<T> {
    this.#mustBeOpen();
    if (token !== undefined) checkToken(token);
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    const closed = this.#closed.signal;
    const anyAbort = AbortSignal.any([closed, timeout, ...(signal === undefined ? [] : [signal])]);
    const backoff = new Backoff();
    for (;;) {
      try {
        return await this.#once(call, anyAbort, token);
      } catch (error) {
        if (signal?.aborted) throw new ChatError(Status.CANCELLED, "The call was aborted.", { cause: error });
        if (closed.aborted) {
          throw new ChatError(Status.CANCELLED, "The client was closed before the server answered.", { cause: error });
        }
        if (timeout.aborted) {
          const sentence = `The server did not answer within ${this.#timeoutMs} ms.`;
          throw await this.#connection.explain(new ChatError(Status.DEADLINE_EXCEEDED, sentence, { cause: error }));
        }
        if (!(error instanceof ChatError) || !isRepeatable(error)) throw error;
        await sleep(backoff.next(), undefined, { signal: anyAbort }).catch(() => {});
      }
    }
  }

  async #once<T>(
    call: (options: CallOptions & { signal: AbortSignal }) => Promise<T>,
    signal: AbortSignal,
    token?: string,
  ): Promise<T> {
    let trailer: Metadata | undefined;
    try {
      return await call({
        metadata: token === undefined ? Metadata() : bearer(token),
        signal,
        onTrailer: (metadata) => {
          trailer = metadata;
        },
      });
    } catch (cause) {
      const error = await this.#connection.explain(toChatError(cause, trailer));
      this.#connection.replaceIfUnusable(error.reason);
      throw error;
    }
  }
}

/** No message is older than the epoch, before which the generated code encodes milliseconds that are not valid. */
function notBeforeEpoch(time: Date | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(Math.max(0, time.getTime()));
}

function signedIn({ token, username, expiresAt }: RegisterResponse | LoginResponse): SignedIn {
  return { token, username, expiresAt: expiresAt ?? new Date(0) };
}
