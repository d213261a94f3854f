import { Metadata, Server, ServerCredentials, type ServerDuplexStream, status } from "@grpc/grpc-js";
import { expect } from "chai";
import { connect, type Outcome, type Room } from "../../src/client/index.ts";
import { ChatRequest, ChatResponse, type Event, Reason } from "../../src/gen/obrolan/v1/chat.ts";
import { within } from "../support/deadline.ts";
import { isCaughtUp, takeUntil } from "../support/takeEvents.ts";

type Call = ServerDuplexStream<ChatRequest, ChatResponse>;

/** A server that cannot read commands whose text begins with "bad", and ends the stream at one. */
class PickyServer {
  /** The requests of each stream, by their text; `join` for a join. */
  readonly streams: string[][] = [];
  /**
   * Whether it answers all commands before the bad one, and sends a goodbye. If not, it leaves a command whose text
   * begins with "unheard" without an answer, unless that command is the first of its stream.
   */
  saysGoodbye = true;
  /** Whether it cannot read a join either. */
  takesNoJoin = false;
  readonly #server = new Server();

  async start(): Promise<string> {
    const path = "/obrolan.v1.ChatService/Chat";
    const definition = {
      chat: {
        path,
        requestStream: true,
        responseStream: true,
        requestDeserialize: (bytes: Buffer) => ChatRequest.decode(bytes),
        requestSerialize: (request: ChatRequest) => Buffer.from(ChatRequest.encode(request).finish()),
        responseDeserialize: (bytes: Buffer) => ChatResponse.decode(bytes),
        responseSerialize: (response: ChatResponse) => Buffer.from(ChatResponse.encode(response).finish()),
      },
    };
    this.#server.addService(definition, { chat: (call: Call) => this.#chat(call) });
    const port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    return `127.0.0.1:${port}`;
  }

  close(): void {
    this.#server.forceShutdown();
  }

  #chat(call: Call): void {
    const asked: string[] = [];
    this.streams.push(asked);
    let isOver = false;
    const say = (event: Event["event"], requestId = "") =>
      call.write({ events: [{ requestId, event }], cursor: 0n } satisfies ChatResponse);
    say({
      $case: "welcome",
      value: { username: "ani", logId: "log", headId: 0n, limits: undefined, serverVersion: "", readUpTo: 0n },
    });
    call.on("error", () => {});
    call.on("data", ({ requestId, command }: ChatRequest) => {
      if (isOver) return;
      const text = command?.$case === "sendAll" ? command.value.text : (command?.$case ?? "nothing");
      asked.push(text);
      if (text.startsWith("bad") || (text === "join" && this.takesNoJoin)) {
        isOver = true;
        this.#refuse(call, say);
      } else if (text === "join") say({ $case: "caughtUp", value: { id: 0n } }, requestId);
      else if (
        this.saysGoodbye ||
        !text.startsWith("unheard") ||
        asked.filter((other) => other !== "join").length === 1
      ) {
        say(
          { $case: "accepted", value: { id: BigInt(asked.length), sentAt: new Date(), duplicate: false } },
          requestId,
        );
      }
    });
    call.on("end", () => call.end());
  }

  #refuse(call: Call, say: (event: Event["event"]) => void): void {
    const metadata = new Metadata();
    metadata.set("obrolan-reason", "REQUEST_INVALID");
    const reason = Reason.REASON_REQUEST_INVALID;
    if (this.saysGoodbye) say({ $case: "goodbye", value: { reason, reconnect: true, retryAfter: undefined } });
    const error = { code: status.INVALID_ARGUMENT, details: "This request is not valid protobuf.", metadata };
    call.emit("error", Object.assign(new Error(error.details), error));
  }
}

describe("Room when its server cannot read a request", () => {
  let server: PickyServer;
  let client: ReturnType<typeof connect>;
  let room: Room;

  beforeEach(async () => {
    server = new PickyServer();
    client = connect({ address: await server.start() });
  });
  afterEach(() => {
    client.close();
    server.close();
  });

  async function enter(): Promise<void> {
    room = client.enter({ token: "t", backoff: { firstMs: 1, maxMs: 20 } });
    await takeUntil(room, "the end of the replay", isCaughtUp);
  }

  function send(texts: readonly string[]): Promise<Outcome[]> {
    const outcomes = texts.map((text) => room.sendAll(text, { requestId: text }));
    void takeUntil(room, "its end", () => false).catch(() => {});
    return within(Promise.all(outcomes), "the answers");
  }

  const kinds = (outcomes: readonly Outcome[]) => outcomes.map(({ kind }) => kind);

  it("the oldest command without an answer is rejected after a goodbye, and the others are sent again", async () => {
    await enter();
    const outcomes = await send(["one", "bad", "two", "bad too", "three"]);
    expect(kinds(outcomes)).to.deep.equal(["accepted", "rejected", "accepted", "rejected", "accepted"]);
    expect(outcomes[1]).to.include({ reason: "REQUEST_INVALID", requestId: "bad", retryAfterMs: undefined });
    expect(outcomes[1]?.kind === "rejected" && outcomes[1].message).to.match(
      /^The server could not read this command.*\.$/,
    );
    expect(server.streams).to.deep.equal([
      ["join", "one", "bad"],
      ["join", "two", "bad too"],
      ["join", "three"],
    ]);
  });

  it("commands are sent one by one after an end without a goodbye, so that only the bad one is rejected", async () => {
    server.saysGoodbye = false;
    await enter();
    const outcomes = await send(["unheard one", "unheard two", "bad", "three"]);
    expect(kinds(outcomes)).to.deep.equal(["accepted", "accepted", "rejected", "accepted"]);
    // The first stream answered only the first command, so any of the other three could be the bad one: from
    // then on they are sent one by one.
    expect(server.streams.slice(1)).to.deep.equal([
      ["join", "unheard two", "bad"],
      ["join", "three"],
    ]);
  });

  it("a join that cannot be read is not sent again: the room is closed", async () => {
    server.takesNoJoin = true;
    room = client.enter({ token: "t", backoff: { firstMs: 1, maxMs: 20 } });
    expect(await within(room.closed, "the end")).to.deep.equal({ kind: "dismissed", reason: "REQUEST_INVALID" });
    expect(server.streams).to.deep.equal([["join"]]);
  });

  it("a room that is leaving still gets the answers after the unreadable command", async () => {
    await enter();
    const outcomes = send(["bad", "last words"]);
    const closed = room.close();
    expect(kinds(await outcomes)).to.deep.equal(["rejected", "accepted"]);
    expect((await within(closed, "the end")).kind).to.equal("left");
  });
});
