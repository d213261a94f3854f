import { expect } from "chai";
import { expectKind } from "../support/chatStream.ts";
import { help as getHelp, join, sendAll, sendTo, typed } from "../support/commands.ts";
import { within } from "../support/deadline.ts";
import { Code } from "../support/ending.ts";
import { expectFailed, nameOf } from "../support/expect.ts";
import { useServer } from "../support/server.ts";
import { failure } from "../support/wire.ts";

const PASSWORD = "a good password";

describe("What chat.proto says in a single sentence", function () {
  this.timeout(60_000);
  const server = useServer();

  it("the server answers 200 keepalive pings in a row on an idle connection, and keeps the connection", async () => {
    const wire = await server.connect();
    let goaway = false;
    wire.session.on("goaway", () => {
      goaway = true;
    });
    for (let sent = 0; sent < 200; sent += 1) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      wire.session.ping((error) => (error === null ? resolve() : reject(error)));
      await within(promise, "the answer to a ping");
    }
    await wire.register("pinging", PASSWORD);
    expect(goaway).to.equal(false);
  });

  it("help names list and logout; as a text_command each is answered with help, and ends nothing", async () => {
    const chat = await server.enter(await server.person());
    for (const name of ["list", "logout"]) {
      const { unknownCommand, commands } = expectKind("help", await chat.ask(typed(name)));
      expect(unknownCommand).to.equal("");
      expect(commands.map((command) => command.name)).to.include(name);
    }
    await chat.accept(sendAll("still here"));
  });

  for (const line of ["help", "list", "dance", "sendall"]) {
    it(`a text_command ${line} joins a stream that has not joined, also after a help`, async () => {
      const ana = await server.person();
      const chat = (await server.connect()).chat(ana.token);
      await chat.ask(getHelp);
      expect(await server.online(ana)).to.not.include(ana.username);
      expectKind("help", await chat.ask(typed(line)));
      expect((await chat.next("caughtUp")).requestId).to.equal("");
      expect(nameOf((await chat.refuse(join())).reason)).to.equal("ALREADY_JOINED");
    });
  }

  for (const [what, command] of [
    ["send_all", sendAll("hello")],
    ["send_to", sendTo("nobody", "hello")],
  ] as const) {
    it(`a ${what} joins a stream that has not joined, also after a help`, async () => {
      const chat = (await server.connect()).chat((await server.person()).token);
      await chat.ask(getHelp);
      await chat.ask(command);
      await chat.next("caughtUp");
    });
  }

  it("a duplicate has no echo on a stream whose cursor is already past the message", async () => {
    const ana = await server.person();
    const before = await server.enter(ana);
    const { id } = await before.accept(sendAll("once"), "the same");
    await before.next("message", (message) => message.id === id);
    const after = (await server.connect()).chat(ana.token);
    await after.ask(join({ resumeAfter: id }));
    expect(await after.accept(sendAll("once"), "the same")).to.include({ id, duplicate: true });
    const next = await after.accept(sendAll("twice"));
    await after.next("message", (message) => message.id === next.id);
    expect(after.messages.map((message) => message.id)).to.not.include(id);
  });

  it("the server carries out no command after goodbye, and needs no half-close to send the status", async () => {
    const ana = await server.person();
    const chat = await server.enter(ana);
    const wire = await server.connect();
    await wire.logout(ana.token);
    await chat.next("goodbye");
    chat.send(sendAll("too late"), "too late");
    expect((await chat.end()).code).to.equal(Code.OK);
    expect(chat.events.filter(({ requestId }) => requestId === "too late")).to.deep.equal([]);
    const again = await server.enter(await server.login(ana), { recent: 1 });
    expect(again.messages.map(({ text }) => text)).to.not.include("too late");
  });

  it("an ALREADY_EXISTS has a BadRequest that names the field", async () => {
    const wire = await server.connect();
    await wire.register("taken", PASSWORD);
    const ending = await failure(wire.register("taken", PASSWORD));
    expectFailed(ending, "ALREADY_EXISTS", "USERNAME_TAKEN");
    expect(ending.details?.badFields).to.deep.equal(["username"]);
  });

  it("a RECIPIENT_OFFLINE has no retry_after, and says that the recipient must come online first", async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    const { reason, message, retryAfter } = await chat.refuse(sendTo(bob.username, "hello"), "later");
    expect(nameOf(reason)).to.equal("RECIPIENT_OFFLINE");
    expect(retryAfter).to.equal(undefined);
    expect(message).to.include(`"${bob.username}" is not online. Try again when they are`);
    expect(message, "for people who type, and for programs").to.include("tell").and.to.include("even_if_offline");
    await server.enter(bob);
    await chat.accept(sendTo(bob.username, "hello"), "later");
  });
});
