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
import { ChatError, toChatError } from "./errors.ts";
import { type ConnectOptions, checkSettings, checkSignIn, checkToken, LIST, type RoomOptions } from "./options.ts";
import { isRepeatable } from "./repeatable.ts";
import { Room } from "./room.ts";
import { Rooms } from "./rooms.ts";

/** `grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING` */
const SERVING = 1;

/** A new session: its secret, whose it is, and when it ends at the latest. */
export interface SignedIn {
  readonly token: string;
  readonly username: string;
  readonly expiresAt: Date;
}

/** What every call takes. */
export interface CallSettings {
  /** Gives the call up. */
  signal?: AbortSignal;
}

/** Talks to one server. Nothing is sent before the first call. */
export function connect(options: ConnectOptions): ChatClient {
  return new ChatClient(options);
}

/** A server, and what can be asked of it. Every call that fails throws a `ChatError`. */
export class ChatClient {
  readonly #connection: Connection;
  readonly #timeoutMs: number;
  readonly #rooms = new Rooms();
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

  /** Signs in to an account that exists. */
  async login(username: string, password: string, settings?: CallSettings): Promise<SignedIn> {
    checkSignIn("login", username, password, settings);
    return signedIn(await this.#call((service, call) => service.login({ username, password }, call), settings));
  }

  /**
   * A page of who is online, in order of username. `pageSize`: default 100, at most 1,000. It waits for the joins of
   * rooms that were entered with this token and are under way, for half of `timeoutMs` at most: a `List` that overtook
   * them would not have the caller in it.
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
        await this.#rooms.joined(token, this.#timeoutMs / 2, call.signal);
        return this.#connection.service.list({ pageSize, pageToken }, call);
      },
      settings,
      token,
    );
  }

  /** Ends the token's session, or all sessions of its user. */
  async logout(token: string, options: CallSettings & { everywhere?: boolean } = {}): Promise<void> {
    checkToken(token);
    checkSettings("logout", options, { everywhere: toggle });
    const { everywhere, ...settings } = options;
    await this.#call((service, call) => service.logout({ everywhere }, call), settings, token);
  }

  /**
   * Whether the server says of itself that it takes calls; with `liveness`, that its process is up, which a server whose store is away
   * says too.
   */
  async isServing(options: CallSettings & { liveness?: boolean } = {}): Promise<boolean> {
    checkSettings("isServing", options, { liveness: toggle });
    const { liveness = false, ...settings } = options;
    const service = liveness ? "" : ChatServiceDefinition.fullName;
    const { status } = await this.#try((call) => this.#connection.health.check({ service }, call), settings);
    return status === SERVING;
  }

  /** Enters the room, and stays in it: see `Room`. Throws a `ChatError` for options that no server can take. */
  enter(options: RoomOptions): Room {
    this.#mustBeOpen();
    return new Room(this.#connection, options, this.#rooms);
  }

  /**
   * Lets the connection go. Rooms that are open are aborted and calls under way are given up: to miss nothing, await
   * `room.close()` first. A second time does nothing.
   */
  close(): void {
    this.#closed.abort();
    this.#rooms.abort();
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

  /** Makes a call, and makes it again where a server that is being stopped has refused it, as long as there is time. */
  async #try<T>(
    call: (options: CallOptions & { signal: AbortSignal }) => Promise<T>,
    { signal }: CallSettings = {},
    token?: string,
  ): Promise<T> {
    this.#mustBeOpen();
    if (token !== undefined) checkToken(token);
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    const closed = this.#closed.signal;
    const either = AbortSignal.any([closed, timeout, ...(signal === undefined ? [] : [signal])]);
    const backoff = new Backoff();
    for (;;) {
      try {
        return await this.#once(call, either, token);
      } catch (error) {
        if (signal?.aborted) throw new ChatError(Status.CANCELLED, "The call was given up.", { cause: error });
        if (closed.aborted) {
          throw new ChatError(Status.CANCELLED, "The client was closed before the server answered.", { cause: error });
        }
        if (timeout.aborted) {
          const sentence = `The server did not answer within ${this.#timeoutMs} ms.`;
          throw await this.#connection.explain(new ChatError(Status.DEADLINE_EXCEEDED, sentence, { cause: error }));
        }
        if (!(error instanceof ChatError) || !isRepeatable(error)) throw error;
        await sleep(backoff.next(), undefined, { signal: either }).catch(() => {});
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
      this.#connection.renew(error.reason);
      throw error;
    }
  }
}

function signedIn({ token, username, expiresAt }: RegisterResponse | LoginResponse): SignedIn {
  return { token, username, expiresAt: expiresAt ?? new Date(0) };
}
