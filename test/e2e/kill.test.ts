import { expect } from "chai";
import type { ChatStream } from "../support/chatStream.ts";
import { join, type Received, sendAll } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { Connection } from "../support/wire.ts";

const ACCEPTED = 1000;
const IN_FLIGHT = 10;
const SENDERS = 4;
/** The most commands in flight of one sender. */
const WINDOW = 60;
const OPTIONS = ["--messages-per-second", "0", "--burst", "0"];

/** A sender of many messages, each with its own text and `request_id`, that records every outcome. */
class Sender {
  readonly token: string;
  readonly name: string;
  /** The id with which each `request_id` was accepted. */
  readonly accepted = new Map<string, bigint>();
  readonly inFlight = new Set<string>();
  #sent = 0;

  constructor(name: string, token: string) {
    this.name = name;
    this.token = token;
  }

  /** Keeps the window full, and calls `onAccepted` after each reply. */
  sendOn(chat: ChatStream, onAccepted: () => void): void {
    chat.send(join());
    while (this.inFlight.size < WINDOW) this.#sendOne(chat);
    const takeReplies = async () => {
      for (;;) {
        this.took(await chat.next("accepted"));
        this.#sendOne(chat);
        onAccepted();
      }
    };
    // The loop ends with the stream.
    takeReplies().catch(() => {});
  }

  #sendOne(chat: ChatStream): void {
    const requestId = `${this.name} ${++this.#sent}`;
    this.inFlight.add(requestId);
    chat.send(sendAll(`text of ${requestId}`), requestId);
  }

  took({ requestId, id }: Received<"accepted">): void {
    this.inFlight.delete(requestId);
    this.accepted.set(requestId, id);
  }
}

describe("A server that is killed with kill -9 during heavy sending", function () {
  this.timeout(600_000);
  const folder = useFolder();
  const connections: Connection[] = [];
  afterEach(async () => {
    for (const wire of connections.splice(0)) wire.close();
    await endProcesses();
  });

  async function connect(port: number): Promise<Connection> {
    const wire = await Connection.open({ port });
    connections.push(wire);
    return wire;
  }

  /** Sends until enough is accepted and enough is in flight; then kills the server. */
  async function sendAndKill(server: ServerProcess, port: number, senders: Sender[]): Promise<void> {
    const before = total(senders);
    const killed = Promise.withResolvers<void>();
    const chats = [];
    for (const sender of senders) {
      const chat = (await connect(port)).chat(sender.token);
      chats.push(chat);
      sender.sendOn(chat, () => {
        const inFlight = senders.reduce((sum, { inFlight: { size } }) => sum + size, 0);
        if (total(senders) - before < ACCEPTED || inFlight < IN_FLIGHT) return;
        server.child.kill("SIGKILL");
        killed.resolve();
      });
    }
    await within(killed.promise, `${ACCEPTED} accepted messages`, 60_000);
    await server.exit();
    await Promise.all(chats.map((chat) => chat.end()));
    // A reply that arrived before the end counts, even if the sender recorded it later.
    for (const [i, chat] of chats.entries()) for (const one of chat.received("accepted")) senders[i]?.took(one);
  }

  /** All messages of the log from an id on. */
  async function readLog(port: number, { token }: Sender, after: bigint): Promise<Received<"message">[]> {
    const chat = (await connect(port)).chat(token);
    chat.send(join({ resumeAfter: after }));
    await chat.next("caughtUp");
    return chat.messages;
  }

  it("3 kills -9 during heavy sending lose and duplicate no accepted message, and settle the rest", () => kill(3));
  it("20 kills -9 during heavy sending lose and duplicate no accepted message, and settle the rest @long", () =>
    kill(20));

  async function kill(rounds: number): Promise<void> {
    let { server, port } = await ServerProcess.serve(folder.path, OPTIONS);
    const senders: Sender[] = [];
    for (let i = 1; i <= SENDERS; i++) {
      const { token } = await (await connect(port)).register(`sender${i}`, "a good password");
      senders.push(new Sender(`sender${i}`, token));
    }
    const [reader] = senders as [Sender];
    const log = new Map<string, bigint>();
    let head = 0n;

    for (let round = 1; round <= rounds; round++) {
      await sendAndKill(server, port, senders);
      const inFlight = senders.map((sender) => [...sender.inFlight]);
      expect(inFlight.flat().length, "in flight at the kill").to.be.at.least(IN_FLIGHT);

      ({ server, port } = await ServerProcess.serve(folder.path, OPTIONS));
      const survived = await readLog(port, reader, head);
      expectDense(survived, head);
      const texts = new Map(survived.map(({ text, id }) => [text, id]));
      for (const { accepted } of senders) {
        for (const [requestId, id] of accepted) {
          if (id > head)
            expect(texts.get(`text of ${requestId}`), `${requestId}, accepted in round ${round}`).to.equal(id);
        }
      }

      for (const [i, sender] of senders.entries()) {
        const chat = (await connect(port)).chat(sender.token);
        for (const requestId of inFlight[i] ?? []) chat.send(sendAll(`text of ${requestId}`), requestId);
        for (const requestId of inFlight[i] ?? []) {
          const settled = await chat.next("accepted", (one) => one.requestId === requestId);
          const { id, duplicate } = settled;
          expect(duplicate, `${requestId} was in the log`).to.equal(texts.has(`text of ${requestId}`));
          if (duplicate) expect(id).to.equal(texts.get(`text of ${requestId}`));
          sender.took(settled);
        }
      }

      const all = await readLog(port, reader, head);
      expectDense(all, head);
      for (const { text, id } of all) {
        expect(log.has(text), `"${text}" is in the log twice`).to.equal(false);
        log.set(text, id);
      }
      head += BigInt(all.length);
      expect(log.size).to.equal(total(senders));
      for (const wire of connections.splice(0)) wire.close();
    }
    expect(head >= BigInt(rounds * ACCEPTED)).to.equal(true);
  }
});

function total(senders: Sender[]): number {
  return senders.reduce((sum, { accepted: { size } }) => sum + size, 0);
}

function expectDense(messages: Received<"message">[], after: bigint): void {
  expect(messages.map(({ id }) => id)).to.deep.equal(messages.map((_, index) => after + BigInt(index + 1)));
  for (const [i, { sentAt }] of messages.entries()) {
    expect(Number(sentAt)).to.be.at.least(Number(messages[i - 1]?.sentAt ?? 0));
  }
}
