import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { Item } from "../../../src/cli/terminal/item.ts";
import { formatJson, IS_PRINTED } from "../../../src/cli/terminal/json.ts";
import { ChatError, Status } from "../../../src/client/index.ts";
import { edit, remove, sendAll } from "../../support/commands.ts";
import { useFolder } from "../../support/folder.ts";
import { faultsOf, type Schema, unknownKeywords } from "../../support/jsonSchema.ts";
import { Program } from "../../support/program.ts";
import { Proxy as Network } from "../../support/proxy.ts";
import { useFreshServer } from "../../support/server.ts";
import { flagsOf } from "../../support/tokenFile.ts";

const docs = path.resolve(import.meta.dirname, "../../../docs");
const schema = JSON.parse(readFileSync(path.join(docs, "events.schema.json"), "utf8")) as Schema;

/** The schema of each event, by its name. */
const events = new Map(
  (schema.oneOf ?? []).map(({ $ref = "" }) => {
    const event = schema.$defs?.[$ref.replace("#/$defs/", "")] ?? {};
    return [event.properties?.event?.const as string, event];
  }),
);

const kinds = Object.entries(IS_PRINTED)
  .filter(([, isPrinted]) => isPrinted)
  .map(([kind]) => kind)
  .sort();

describe("The schema of the events of --json", () => {
  it("the schema has each kind of item that --json prints, and no other", () => {
    expect([...events.keys()].sort()).to.deep.equal(kinds);
    expect(unknownKeywords(schema)).to.deep.equal([]);
  });

  it("docs/scripting.md has the events of the schema, with their fields", () => {
    const text = readFileSync(path.join(docs, "scripting.md"), "utf8");
    const rows = [...text.matchAll(/^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$/gm)].map(([, name = "", cell = ""]) => {
      // What is in parentheses describes a field or lists its own fields.
      const fields = cell.replace(/\([^)]*\)/g, "").replace(/:.*/, "");
      return [name, [...fields.matchAll(/`(\w+\??)`/g)].map(([, field]) => field)];
    });
    const expected = [...events].map(([name, { properties = {}, required = [] }]) => [
      name,
      Object.keys(properties)
        .filter((field) => field !== "event")
        .map((field) => (required.includes(field) ? field : `${field}?`)),
    ]);
    expect(Object.fromEntries(rows)).to.deep.equal(Object.fromEntries(expected));
  });

  it("an event with a field that the schema does not have, or without one that it requires, is a fault", () => {
    const read = { event: "read", upToId: 7 };
    expect(faultsOf(read, schema)).to.deep.equal([]);
    expect(faultsOf({ ...read, more: 1 }, schema)).to.deep.equal(["$.more is not in the schema"]);
    expect(faultsOf({ event: "read" }, schema)).to.deep.equal(["$ has no upToId"]);
    expect(faultsOf({ ...read, upToId: "7" }, schema)).not.to.deep.equal([]);
    expect(faultsOf({ event: "unheard-of" }, schema)).not.to.deep.equal([]);
  });

  it("items that seldom occur fit the schema", () => {
    const cause = new ChatError(Status.UNAVAILABLE, "no", { reason: "STORE_UNAVAILABLE" });
    const noon = new Date();
    const items: Item[] = [
      { kind: "closed", why: { kind: "aborted" } },
      { kind: "closed", why: { kind: "unreached", cause } },
      { kind: "disconnected", willRetryInMs: 0.5, failures: 1, cause: new ChatError(Status.UNKNOWN, "no") },
      { kind: "caughtUp", id: 2n ** 64n - 1n, again: true },
      { kind: "deleted", id: 9n, messageId: 7n, deletedAt: noon, by: "", replayed: true },
      { kind: "presence", joined: [], left: [], reset: true },
      { kind: "rejected", requestId: "r", reason: "RATE_LIMITED", message: "Wait.", retryAfterMs: 100 },
      { kind: "list", users: [{ username: "ani", onlineSince: undefined }], total: 1 },
      { kind: "signedIn", username: "ani", created: false, kept: true },
    ];
    for (const item of items) expect(faultsOf(JSON.parse(formatJson(item)), schema), item.kind).to.deep.equal([]);
  });
});

describe("The events of --json", () => {
  const folder = useFolder();
  const server = useFreshServer();
  const programs: Program[] = [];
  let network: Network;

  beforeEach(async () => {
    network = await Network.start(server.port);
  });
  afterEach(async () => {
    for (const { child } of programs.splice(0)) child.kill("SIGKILL");
    await network.close();
  });

  function start(args: string[]): Program {
    const program = new Program(args);
    programs.push(program);
    return program;
  }

  it("every kind of event is printed by the real program as the schema says", async () => {
    const [ani, budi, cici] = await server.people("ani", "budi", "cici");
    const chat = await server.enter(budi);
    const { id } = await chat.accept(sendAll("first"));
    const at = ["--server", network.address, "--json"];

    // A follower whose cursor is beyond the end of the log.
    const follower = start(["tail", "--since", "1000000", ...at, ...flagsOf(server, ani, folder.path).slice(2)]);
    await follower.prints(/"caughtUp"/);
    await server.enter(cici);
    const { id: other } = await chat.accept(sendAll("a reply", { replyTo: id }));
    await chat.accept(edit(other, "an edited reply"));
    await follower.prints(/"an edited reply"/);
    await server.with((connection) => connection.markRead(ani.token, { upToId: id, logId: "" }));
    await follower.prints(/"read"/);

    // A script with every command, among them one that is refused and one that is unknown.
    const login = `login ${ani.username} ${ani.password}`;
    const lines = ["list", "history", "search first", "help", `delete ${id}`, "dance", "sendall hello", "logout"];
    const script = start(at);
    expect((await script.end(login, ...lines)).code).to.equal(1);
    await chat.accept(remove(other));
    await follower.prints(/"deleted"/);
    const refused = start(at);
    expect((await refused.end(`login ${ani.username} wrong`)).code).to.equal(1);

    // A script whose session is ended while its line waits for the connection.
    const lost = start(at);
    lost.write(login, "sendall here");
    await lost.prints(/"here"/);
    network.forbid();
    await lost.prints(/"disconnected"/);
    await server.with((connection) => connection.logout(ani.token, true));
    // The list fails. When that is printed, the line after it is under way.
    lost.write("list", "sendall never answered");
    await lost.prints(/"error"/);
    network.allow();
    expect((await lost.exit()).code).to.equal(3);

    // A stream of cici's, until the server is stopped.
    const last = start(["tail", ...at, ...flagsOf(server, cici, folder.path).slice(2)]);
    await last.prints(/"caughtUp"/);
    await server.stop();
    await last.prints(/"disconnected"/);
    last.child.kill("SIGTERM");
    await last.exit();
    await follower.exit();

    const printed = programs.flatMap(({ events }) => events);
    for (const event of printed) expect(faultsOf(event, schema), JSON.stringify(event)).to.deep.equal([]);
    expect([...new Set(printed.map(({ event }) => event))].sort()).to.deep.equal(kinds);
  });
});
