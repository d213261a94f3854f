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
import { type Attempt, type Look, notObrolan, whyUnreached } from "./unreached.ts";

/** The stubs that talk to the server. */
export type Service = Client<ChatServiceDefinition>;

/** One HTTP/2 connection, shared by all calls, and made anew when it is broken. */
export class Connection {
  readonly #options: ConnectOptions;
  readonly #attempt: Attempt;
  #channel: Channel;
  #service: Service;
  #speaksTls: Promise<boolean> | undefined;
  #speaksPlainText: Promise<boolean> | undefined;
  #isClosed = false;

  constructor(options: ConnectOptions) {
    checkConnectOptions(options);
    this.#options = options;
    this.#attempt = attemptOf(options);
    this.#channel = openChannel(options);
    this.#service = createClient(ChatServiceDefinition, this.#channel);
  }

  get service(): Service {
    return this.#service;
  }

  /** The stub that asks how the server is. */
  get health(): Client<HealthDefinition> {
    return createClient(HealthDefinition, this.#channel);
  }

  /**
   * Makes a new channel where this one is broken, or `reason` says that its server is being stopped. gRPC would mend it by itself, but
   * with waits of its own in between; here only one side decides when to try again, and a name is resolved anew each time. A server that
   * is being stopped keeps its connections to the last, while another one may be there already for whoever connects.
   */
  renew(reason: string | undefined): void {
    if (this.#isClosed) return;
    const isBroken = this.#channel.getConnectivityState(false) === connectivityState.TRANSIENT_FAILURE;
    if (!isBroken && reason !== "SHUTTING_DOWN") return;
    this.#channel.close();
    this.#channel = openChannel(this.#options);
    this.#service = createClient(ChatServiceDefinition, this.#channel);
  }

  /**
   * The same error with a sentence for people if no Obrolan server answered: gRPC's words name neither what is wrong nor what to do. They
   * stay in `cause`.
   */
  async explain(error: ChatError): Promise<ChatError> {
    const { code, reason, message, cause } = error;
    if (reason !== undefined) return error;
    const why = await whyUnreached(message, this.#attempt, this.#look);
    const isForeign = code === Status.UNIMPLEMENTED || code === Status.NOT_FOUND;
    const sentence = why ?? (isForeign ? notObrolan(this.#attempt) : undefined);
    return sentence === undefined ? error : new ChatError(code, sentence, { cause: cause ?? error });
  }

  /** Lets the channel go. A second time does nothing. */
  close(): void {
    if (!this.#isClosed) this.#channel.close();
    this.#isClosed = true;
  }

  /** A look at the server is taken once: a room that comes back again and again is not to double its connections. */
  readonly #look: Look = {
    speaksTls: () => {
      const { host, port } = this.#attempt;
      this.#speaksTls ??= speaksTls(host, port);
      return this.#speaksTls;
    },
    speaksPlainText: () => {
      const { host, port } = this.#attempt;
      this.#speaksPlainText ??= speaksPlainText(host, port);
      return this.#speaksPlainText;
    },
    proxyListens: async () => {
      const { proxy } = this.#attempt;
      return proxy !== undefined && listens(proxy.host, proxy.port);
    },
  };
}

/** The metadata with which a call bears its session. */
export function bearer(token: string): Metadata {
  return Metadata({ authorization: `Bearer ${token}` });
}

function attemptOf({ address, ca, insecure }: ConnectOptions): Attempt {
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
    // The name is C-core's; nice-grpc takes it as how long one attempt to connect may take.
    "grpc.min_reconnect_backoff_ms": times.timeoutMs ?? 10_000,
    // A channel of its own connection: a broken one is never shared with its successor.
    "grpc.use_local_subchannel_pool": 1,
    // The room sends again by itself, with the request ids that make it safe.
    "grpc.enable_retries": 0,
    ...(loopback ? { "grpc.enable_http_proxy": 0 } : {}),
  });
}
