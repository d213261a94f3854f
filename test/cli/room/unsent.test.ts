import { expect } from "chai";
import { Exit } from "../../../src/cli/exit.ts";
import { MAX_PENDING_LINES } from "../../../src/cli/room/person/pendingLines.ts";
import { Proxy as Network } from "../../support/proxy.ts";
import { type Person, useFreshServer } from "../../support/server.ts";
import { useVisitors } from "../../support/visitors.ts";

describe("A person's lines while they cannot be sent", () => {
  const server = useFreshServer({ limits: { messagesPerSecond: 4, burst: 1 } });
  const { visit } = useVisitors(server);
  let network: Network;
  let ani: Person;
  let budi: Person;

  beforeEach(async () => {
    network = await Network.start(server.port);
    [ani, budi] = await server.people("ani", "budi");
  });

  afterEach(() => network.close());

  it("lines beyond the rate limit stay pending and held, and are sent by themselves, in their order", async () => {
    const { terminal } = await visit(ani);
    const texts = ["one", "two", "three", "four"];
    for (const text of texts) terminal.type(`sendall ${text}`);
    await terminal.until("a held line", () => terminal.pending.some(({ isHeld }) => isHeld));
    await terminal.shows("message", () => true, texts.length);
    await terminal.until("no pending line", () => terminal.pending.length === 0);
    expect(terminal.of("message").map(({ text }) => text)).to.deep.equal(texts);
    expect([...terminal.of("rejected"), ...terminal.of("notSent")]).to.deep.equal([]);
  });

  it("quit waits for lines beyond the rate limit", async () => {
    const { terminal, exit } = await visit(ani);
    const chat = await server.enter(budi);
    for (const line of ["sendall one", "sendall two", "sendall three", "quit"]) terminal.type(line);
    for (const text of ["one", "two", "three"]) {
      expect((await chat.next("message", ({ sender }) => sender === ani.username)).text).to.equal(text);
    }
    expect(await exit()).to.equal(Exit.FINE);
    expect(terminal.of("notSent")).to.deep.equal([]);
  });

  it("a line that is typed while the connection is away is held, and sent when it is back", async () => {
    const { terminal } = await visit(ani, { at: network.address });
    network.forbid();
    await terminal.until("the loss", () => terminal.status?.connection.kind === "away");
    expect(terminal.status?.here).to.equal(undefined);
    terminal.type("sendall are you there?");
    await terminal.until("the pending line", () => terminal.pending.length === 1);
    expect(terminal.pending.map(({ line, isHeld }) => ({ line, isHeld }))).to.deep.equal([
      { line: "sendall are you there?", isHeld: true },
    ]);
    network.allow();
    await terminal.shows("message");
    await terminal.until("the status", () => terminal.status?.connection.kind === "live" && terminal.status.here === 1);
    expect(terminal.pending).to.deep.equal([]);
  });

  it("a terminal that shows no pending lines says that a line is kept", async () => {
    const { terminal } = await visit(ani, { at: network.address });
    terminal.showsPending = false;
    network.forbid();
    await terminal.until("the loss", () => terminal.status?.connection.kind === "away");
    terminal.type("sendall are you there?");
    expect((await terminal.shows("held")).line).to.equal("sendall are you there?");
  });

  it("more lines than can wait are not sent, and the person is told", async () => {
    const { terminal } = await visit(ani, { at: network.address });
    network.forbid();
    await terminal.until("the loss", () => terminal.status?.connection.kind === "away");
    for (let i = 0; i <= MAX_PENDING_LINES; i++) terminal.type(`sendall line ${i}`);
    expect(await terminal.shows("notSent")).to.include({
      line: `sendall line ${MAX_PENDING_LINES}`,
      message: "200 lines are waiting to be sent already",
    });
    expect(terminal.pending).to.have.length(MAX_PENDING_LINES);
  });

  it("leaving at once says which line may have been sent, because its answer did not come", async () => {
    const { terminal, exit } = await visit(ani, { at: network.address });
    network.hold();
    terminal.type("sendall perhaps");
    await terminal.until("the pending line", () => terminal.pending.length === 1);
    terminal.interrupt();
    expect(await exit()).to.equal(Exit.FINE);
    const [notSent] = terminal.of("notSent");
    expect(notSent?.line).to.equal("sendall perhaps");
    expect(notSent?.message).to.contain("it may have been sent");
  });

  it("leaving at once says which lines were not sent", async () => {
    const { terminal, exit } = await visit(ani, { at: network.address });
    network.forbid();
    await terminal.until("the loss", () => terminal.status?.connection.kind === "away");
    terminal.type("sendall never");
    terminal.type("quit");
    expect((await terminal.shows("leaving")).pending).to.equal(1);
    terminal.interrupt();
    expect(await exit()).to.equal(Exit.FINE);
    const [notSent, ...others] = terminal.of("notSent");
    expect(others).to.deep.equal([]);
    expect(notSent).to.include({ line: "sendall never", message: "you left before it was sent" });
    expect(terminal.pending).to.deep.equal([]);
  });
});

describe("A person's lines while the server wants a pause", () => {
  const server = useFreshServer({ limits: { messagesPerSecond: 1, burst: 1 } });
  const { visit } = useVisitors(server);

  it("the person is told once why lines wait, and at the end that they were not sent", async () => {
    const { terminal, exit } = await visit(await server.person("ani"));
    for (const text of ["one", "two", "three"]) terminal.type(`sendall ${text}`);
    await terminal.until("two held lines", () => terminal.pending.filter(({ isHeld }) => isHeld).length === 2);
    expect(terminal.notes).to.have.length(1);
    expect(terminal.notes[0]).to.match(/^the line is sent by itself when the server takes it: \S/);
    terminal.interrupt();
    expect(await exit()).to.equal(Exit.FINE);
    expect(terminal.of("notSent").map(({ line, message }) => [line, message])).to.deep.equal([
      ["sendall two", "you left before it was sent"],
      ["sendall three", "you left before it was sent"],
    ]);
  });
});
