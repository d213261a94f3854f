import { symlink } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { createChannel, createClient, Metadata } from "nice-grpc";
import { mustRun, root } from "../../scripts/run.ts";
import { edit, remove, sendAll, sendTo } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import { useFolder } from "../support/folder.ts";
import { type Person, useServer } from "../support/server.ts";

/** The contract before edits, deletions, replies, the history and read markers. */
const OLDER = "test/interop/older";
const OPTIONS = ["outputServices=generic-definitions", "oneof=unions-value", "forceLong=bigint", "env=node"];

/** The stubs of the older contract. It has less than the types say: those are the ones of today. */
type Stubs = typeof import("../../src/gen/obrolan/v1/chat.ts");
type Requests = AsyncIterable<object> & { send(command: object, requestId?: string): void; end(): void };

/** The requests of a stream, as the test sends them. */
function requests(): Requests {
  const waiting: object[] = [];
  let isOver = false;
  let wake = () => {};
  return {
    send(command, requestId = "") {
      waiting.push({ requestId, command });
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
    async *[Symbol.asyncIterator]() {
      while (!isOver || waiting.length > 0) {
        yield* waiting.splice(0);
        if (isOver || waiting.length > 0) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

describe("A client that was generated from the contract before edits and deletions", function () {
  this.timeout(60_000);
  const folder = useFolder();
  const server = useServer();

  /** Generates the stubs. A client of today decodes new events, so only real stubs of the older contract show this. */
  async function generate(): Promise<Stubs> {
    const opt = [...OPTIONS, "enumsAsLiterals=true", "useExactTypes=false", "importSuffix=.ts"];
    const plugin = { local: "node_modules/.bin/protoc-gen-ts_proto", out: folder.path, include_imports: true, opt };
    await mustRun("buf", "generate", OLDER, "--template", JSON.stringify({ version: "v2", plugins: [plugin] }));
    await symlink(path.join(root, "node_modules"), path.join(folder.path, "node_modules"));
    return import(path.join(folder.path, "obrolan/v1/chat.ts"));
  }

  /** What an older client keeps: the text of each message by id, and where it resumes. */
  class Older {
    readonly texts = new Map<bigint, string>();
    readonly kinds: (string | undefined)[] = [];
    cursor = 0n;
  }

  /** Runs one stream of the older client: joins, sends, and ends when it has the answer to its last command. */
  async function visit(stubs: Stubs, { token }: Person, older: Older, commands: [string, object][] = []) {
    const channel = createChannel(`127.0.0.1:${server.port}`);
    try {
      const client = createClient(stubs.ChatServiceDefinition, channel);
      const metadata = Metadata({ authorization: `Bearer ${token}` });
      const sent = requests();
      sent.send({ $case: "join", value: { resumeAfter: older.cursor } }, "join");
      for (const [requestId, command] of commands) sent.send(command, requestId);
      sent.end();
      const answers: unknown[] = [];
      for await (const { events, cursor } of client.chat(sent, { metadata })) {
        if (cursor !== 0n) older.cursor = cursor;
        for (const { event, requestId } of events) {
          older.kinds.push(event?.$case);
          if (event?.$case === "message") older.texts.set(event.value.id, event.value.text);
          if (event?.$case === "accepted") answers.push([requestId, event.value.id, event.value.duplicate]);
        }
      }
      return answers;
    } finally {
      channel.close();
    }
  }

  it("it receives every message as it is now, once each, skips what it does not know, and resumes behind it", async () => {
    const stubs = await generate();
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    const { id: first } = await chat.accept(sendAll("helo"));
    const { id: gone } = await chat.accept(sendAll("gone"));
    const { id: reply } = await chat.accept(sendTo(bob.username, "a reply", { replyTo: first, evenIfOffline: true }));
    await chat.accept(edit(first, "hello"));
    await chat.accept(remove(gone));

    const older = new Older();
    const say = { $case: "sendAll", value: { text: "from an older client" } };
    const answers = await within(visit(stubs, bob, older, [["r", say]]), "the visit");
    const said = reply + 3n;
    expect(answers).to.deep.equal([["r", said, false]]);
    const now: [bigint, string][] = [
      [first, "hello"],
      [reply, "a reply"],
      [said, "from an older client"],
    ];
    expect([...older.texts]).to.deep.equal(now);
    // The edit and the deletion came too, as events without anything that this client knows.
    expect(older.kinds.filter((kind) => kind === undefined)).to.have.length(2);
    expect(older.kinds.filter((kind) => kind === "caughtUp")).to.have.length(1);
    expect(older.cursor).to.equal(said);

    const { id: last } = await chat.accept(sendAll("last"));
    await chat.accept(edit(reply, "edited while away"));
    older.texts.clear();
    const again = await within(visit(stubs, bob, older, [["r", say]]), "the second visit");
    expect(again).to.deep.equal([["r", said, true]]);
    expect([...older.texts]).to.deep.equal([[last, "last"]]);
    expect(older.cursor).to.equal(last + 1n);
  });

  it("no rule of the contract's compatibility is broken since then", async () => {
    await mustRun("buf", "breaking", "proto", "--against", OLDER, "--config", "buf.yaml");
  });
});
