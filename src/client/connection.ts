import { connectivityState } from "@grpc/grpc-js";
import { type Channel, type Client, createChannel, createClient, Metadata, Status } from "nice-grpc";
import { HealthDefinition } from "nice-grpc-server-health";
import { ChatServiceDefinition } from "../gen/obrolan/v1/chat.ts";
import { isLoopback, parseAddress } from "../shared/address.ts";
import { overTls, plainText } from "./credentials.ts";
import { ChatError } from "./errors.ts";
import { type ConnectOptions, checkConnectOptions } from "./options.ts";
import { listens, speaksPlainText, speaksTls } from "./probe.ts";
import { proxyFor } from "./proxy.ts";
import { type ConnectTarget, notObrolan, type Probes, whyUnreached } from "./unreached.ts";

/** The reasons with which a server refuses all further calls of a connection. */
const CLOSING: ReadonlySet<string | undefined> = new Set(["SHUTTING_DOWN", "TOO_MANY_CONNECTIONS"]);

/** The stub of the chat service. */
export type Service = Client<ChatServiceDefinition>;

/** One HTTP/2 connection, shared by all calls, and replaced when it is broken. */
export class Connection {
  readonly #options: ConnectOptions;
  readonly #target: ConnectTarget;
  #channel: Channel;
  #service: Service;
  #speaksTls: Promise<boolean> | undefined;
  #speaksPlainText: Promise<boolean> | undefined;
  #isClosed = false;

  constructor(options: ConnectOptions) {
    checkConnectOptions(options);
    this.#options = options;
    this.#target = targetOf(options);
    this.#channel = openChannel(options);
    this.#service = createClient(ChatServiceDefinition, this.#channel);
  }

  get service(): Service {
    return this.#service;
  }

  /** The stub of the health service. */
  get health(): Client<HealthDefinition> {
    return createClient(HealthDefinition, this.#channel);
  }

  /**
   * Replaces the channel if it is broken, or if `reason` says that its server is about to close it. gRPC would reconnect
   * too, but with its own backoff in addition to ours; a new channel connects at once and resolves the name again. A
   * draining server keeps its connections open until it ends, while its successor may already accept new ones.
   */
  replaceIfUnusable(reason: string | undefined): void {
    if (this.#isClosed) return;
    const isBroken = this.#channel.getConnectivityState(false) === connectivityState.TRANSIENT_FAILURE;
    if (!isBroken && !CLOSING.has(reason)) return;
    this.#channel.close();
    this.#channel = openChannel(this.#options);
    this.#service = createClient(ChatServiceDefinition, this.#channel);
  }

  /**
   * Replaces the message of an error if no Obrolan server answered: gRPC's message names neither the cause nor the
   * remedy. gRPC's error stays in `cause`.
   */
  async explain(error: ChatError): Promise<ChatError> {
    const { code, reason, message, cause } = error;
    if (reason !== undefined) return error;
    const why = await whyUnreached(message, this.#target, this.#probes);
    const isForeign = code === Status.UNIMPLEMENTED || code === Status.NOT_FOUND;
    const sentence = why ?? (isForeign ? notObrolan(this.#target) : undefined);
    return sentence === undefined ? error : new ChatError(code, sentence, { cause: cause ?? error });
  }

  /** Closes the channel. A second call does nothing. */
  close(): void {
    if (!this.#isClosed) this.#channel.close();
    this.#isClosed = true;
  }

  /** The server is probed only once for each protocol, so that a room that keeps reconnecting does not also probe. */
  readonly #probes: Probes = {
    speaksTls: () => {
      const { host, port } = this.#target;
      this.#speaksTls ??= speaksTls(host, port);
      return this.#speaksTls;
    },
    speaksPlainText: () => {
      const { host, port } = this.#target;
      this.#speaksPlainText ??= speaksPlainText(host, port);
      return this.#speaksPlainText;
    },
    proxyListens: async () => {
      const { proxy } = this.#target;
      return proxy !== undefined && listens(proxy.host, proxy.port);
    },
  };
}

/** The metadata that carries a session's token. */
export function bearer(token: string): Metadata {
  return Metadata({ authorization: `Bearer ${token}` });
}

function targetOf({ address, ca, insecure }: ConnectOptions): ConnectTarget {
  const { host = "", port = 0 } = parseAddress(address) ?? {};
  const loopback = isLoopback(host);
  return {
    address,
    host,
    port,
    tls: !(insecure ?? (loopback && ca === undefined)),
    proxy: loopback ? undefined : proxyFor(host, process.env),
  };
}

function openChannel({ address, ca, insecure, ...times }: ConnectOptions): Channel {
  const { host = "" } = parseAddress(address) ?? {};
  const loopback = isLoopback(host);
  const security = (insecure ?? (loopback && ca === undefined)) ? plainText() : overTls(host, ca);
  return createChannel(address, security.credentials, {
    ...security.options,
    "grpc.keepalive_time_ms": times.keepaliveMs ?? 20_000,
    "grpc.keepalive_timeout_ms": times.keepaliveTimeoutMs ?? 10_000,
    // nice-grpc takes this, in spite of its name, as the limit for one attempt to connect.
    "grpc.min_reconnect_backoff_ms": times.timeoutMs ?? 10_000,
    // A new channel never shares the broken connection of the previous channel.
    "grpc.use_local_subchannel_pool": 1,
    // The room resends its commands; their request ids make that safe.
    "grpc.enable_retries": 0,
    ...(loopback ? { "grpc.enable_http_proxy": 0 } : {}),
  });
}
