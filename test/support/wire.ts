import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type OutgoingHttpHeaders } from "node:http2";
import net from "node:net";
import tls from "node:tls";
import {
  HistoryRequest,
  HistoryResponse,
  ListRequest,
  ListResponse,
  LoginRequest,
  LoginResponse,
  LogoutRequest,
  LogoutResponse,
  MarkReadRequest,
  MarkReadResponse,
  RegisterRequest,
  RegisterResponse,
  SearchRequest,
  SearchResponse,
} from "../../src/gen/obrolan/v1/chat.ts";
import { type ChatOptions, ChatStream } from "./chatStream.ts";
import { within } from "./deadline.ts";
import { Code, type Ending, readEnding } from "./ending.ts";
import { frame, Unframer } from "./frames.ts";
import { reset } from "./link.ts";

/** The address of the server, and how to connect. */
export interface ConnectOptions {
  readonly port: number;
  readonly host?: string;
  /** The local address; default: the system's choice. */
  readonly from?: string;
  /** The certificate to trust; set: TLS. */
  readonly ca?: string | Buffer;
  /** The header that a proxy sends first. */
  readonly header?: Uint8Array;
}

/** A call that did not end with `OK`. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";
  readonly ending: Ending;

  constructor(path: string, ending: Ending) {
    super(`${path} ended with ${ending.code} ${ending.reason ?? ""}: ${ending.message} (reset ${ending.reset})`);
    this.ending = ending;
  }
}

/** The ending of a call that must fail. */
export async function failure(call: Promise<unknown>): Promise<Ending> {
  try {
    await call;
  } catch (error) {
    if (error instanceof CallFailed) return error.ending;
    throw error;
  }
  throw new Error("the call was expected to fail, but it succeeded");
}

interface Codec<Request, Response> {
  readonly path: string;
  readonly encode: (request: Request) => { finish(): Uint8Array };
  readonly decode: (bytes: Uint8Array) => Response;
}

const SERVICE = "/obrolan.v1.ChatService";
const REGISTER = { path: `${SERVICE}/Register`, encode: RegisterRequest.encode, decode: RegisterResponse.decode };
const LOGIN = { path: `${SERVICE}/Login`, encode: LoginRequest.encode, decode: LoginResponse.decode };
const LIST = { path: `${SERVICE}/List`, encode: ListRequest.encode, decode: ListResponse.decode };
const HISTORY = { path: `${SERVICE}/History`, encode: HistoryRequest.encode, decode: HistoryResponse.decode };
const MARK_READ = { path: `${SERVICE}/MarkRead`, encode: MarkReadRequest.encode, decode: MarkReadResponse.decode };
const SEARCH = { path: `${SERVICE}/Search`, encode: SearchRequest.encode, decode: SearchResponse.decode };
const LOGOUT = { path: `${SERVICE}/Logout`, encode: LogoutRequest.encode, decode: LogoutResponse.decode };
const NO_SEARCH: SearchRequest = {
  query: "",
  sender: "",
  peer: "",
  since: undefined,
  until: undefined,
  pageSize: 0,
  pageToken: "",
};

/**
 * One HTTP/2 connection to a server, without a gRPC library: a test controls every byte that it sends, and sees the
 * answers as they came.
 */
export class Connection {
  readonly session: ClientHttp2Session;
  readonly #socket: net.Socket;

  private constructor(session: ClientHttp2Session, socket: net.Socket) {
    this.session = session;
    this.#socket = socket;
    // A lost connection ends its streams, and tests look at those.
    session.on("error", () => {});
  }

  /** Connects, and waits until the server has sent its settings. */
  static async open({ port, host = "127.0.0.1", from, ca, header }: ConnectOptions): Promise<Connection> {
    const plain = net.connect({ port, host, ...(from === undefined ? {} : { localAddress: from }) });
    if (header !== undefined) plain.write(header);
    const socket = ca === undefined ? plain : tls.connect({ socket: plain, host, ca, ALPNProtocols: ["h2"] });
    const session = connect(`${ca === undefined ? "http" : "https"}://${host}:${port}`, {
      createConnection: () => socket,
    });
    const connection = new Connection(session, socket);
    try {
      await within(Promise.race([once(session, "remoteSettings"), failed(session)]), `a connection to ${host}:${port}`);
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  /** Opens a call, and returns its stream. */
  start(path: string, headers: OutgoingHttpHeaders = {}, signal?: AbortSignal): ClientHttp2Stream {
    return this.session.request(
      { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers", ...headers },
      signal && { signal },
    );
  }

  /** Sends one message as bytes, and returns the answer. */
  async callBytes(path: string, message: Uint8Array, headers?: OutgoingHttpHeaders) {
    return this.callRaw(path, frame(message), headers);
  }

  /** Sends any bytes as the body of a call, and returns the answer. */
  async callRaw(path: string, body: Uint8Array, headers?: OutgoingHttpHeaders) {
    const stream = this.start(path, headers);
    const unframer = new Unframer();
    const responses: Buffer[] = [];
    let trailers = {};
    stream.on("response", (head) => {
      trailers = head;
    });
    stream.on("trailers", (tail) => {
      trailers = tail;
    });
    stream.on("data", (chunk: Buffer) => responses.push(...unframer.push(chunk)));
    stream.on("error", () => {});
    const closed = new Promise<void>((resolve) => {
      stream.on("end", resolve);
      stream.on("close", resolve);
    });
    stream.end(body);
    await within(closed, `the answer to ${path}`);
    const ending = readEnding(trailers, stream.rstCode);
    stream.close();
    return { responses, ending };
  }

  async #call<Request, Response>(codec: Codec<Request, Response>, request: Request, token?: string): Promise<Response> {
    const { path, encode, decode } = codec;
    const { responses, ending } = await this.callBytes(path, encode(request).finish(), bearer(token));
    if (ending.code !== Code.OK || responses[0] === undefined) throw new CallFailed(path, ending);
    return decode(responses[0]);
  }

  register(username: string, password: string): Promise<RegisterResponse> {
    return this.#call(REGISTER, { username, password });
  }

  login(username: string, password: string): Promise<LoginResponse> {
    return this.#call(LOGIN, { username, password });
  }

  list(token?: string, request: Partial<ListRequest> = {}): Promise<ListResponse> {
    return this.#call(LIST, { pageSize: 0, pageToken: "", ...request }, token);
  }

  search(token: string, request: Partial<SearchRequest>): Promise<SearchResponse> {
    return this.#call(SEARCH, { ...NO_SEARCH, ...request }, token);
  }

  logout(token?: string, everywhere = false): Promise<LogoutResponse> {
    return this.#call(LOGOUT, { everywhere }, token);
  }

  history(token?: string, request: Partial<HistoryRequest> = {}): Promise<HistoryResponse> {
    return this.#call(HISTORY, { beforeId: 0n, peer: "", pageSize: 0, ...request }, token);
  }

  markRead(token?: string, request: Partial<MarkReadRequest> = {}): Promise<MarkReadResponse> {
    return this.#call(MARK_READ, { upToId: 0n, logId: "", ...request }, token);
  }

  /** Opens a `Chat` stream. */
  chat(token?: string, options?: ChatOptions): ChatStream {
    const cancel = new AbortController();
    const stream = this.start(`${SERVICE}/Chat`, bearer(token), cancel.signal);
    return new ChatStream(stream, () => cancel.abort(), options);
  }

  /** Resets the connection. */
  cut(): void {
    reset(this.#socket);
  }

  /** Closes the connection and everything on it. */
  close(): void {
    this.session.destroy();
    this.#socket.destroy();
  }
}

/** The metadata with a token. */
export function bearer(token: string | undefined): OutgoingHttpHeaders {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

async function failed(session: ClientHttp2Session): Promise<never> {
  await once(session, "close");
  throw new Error("the server closed the connection");
}
