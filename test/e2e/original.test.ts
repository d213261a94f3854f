import { expect } from "chai";
import { expectKind } from "../support/chatStream.ts";
import { help, sendAll, sendTo, typed } from "../support/commands.ts";
import { expectFailed, expectGoodbye, nameOf } from "../support/expect.ts";
import { useFreshServer } from "../support/server.ts";
import { failure } from "../support/wire.ts";

describe("The commands of the original chat program, on the wire", function () {
  this.timeout(60_000);
  const server = useFreshServer();

  it(`"regist NAME PASSWORD" with a new name enters the room at once`, async () => {
    const wire = await server.connect();
    const { token, username } = await wire.register("ana", "a good password");
    const chat = wire.chat(token);
    await chat.accept(sendAll("I am in"));
    expect((await wire.list(token)).users.map((user) => user.username)).to.deep.equal([username]);
  });

  it(`"regist NAME PASSWORD" with an existing name is refused`, async () => {
    const wire = await server.connect();
    await wire.register("ana", "a good password");
    expectFailed(await failure(wire.register("ana", "another password")), "ALREADY_EXISTS", "USERNAME_TAKEN");
  });

  it(`"login NAME PASSWORD" with an unknown name or a wrong password is refused with the same answer`, async () => {
    const wire = await server.connect();
    await wire.register("ana", "a good password");
    const unknown = await failure(wire.login("nobody", "a good password"));
    const wrong = await failure(wire.login("ana", "a wrong password"));
    expectFailed(unknown, "UNAUTHENTICATED", "BAD_CREDENTIALS");
    expectFailed(wrong, "UNAUTHENTICATED", "BAD_CREDENTIALS");
    expect(unknown.message).to.equal(wrong.message);
  });

  it("a wrong command on the first screen does not lead into the room, because it gives no token", async () => {
    const chat = (await server.connect()).chat();
    chat.send(typed("dance"));
    expectFailed(await chat.end(), "UNAUTHENTICATED", "SESSION_INVALID");
  });

  it(`"sendall TEXT" reaches every active client`, async () => {
    const [ana, bob, cid] = await server.people("ana", "bob", "cid");
    const chats = [await server.enter(ana), await server.enter(bob), await server.enter(cid)];
    await chats[0]?.accept(sendAll("hello"));
    for (const chat of chats) expect(await chat.next("message")).to.include({ sender: ana.username, text: "hello" });
  });

  it(`"sendto NAME TEXT" reaches that one client`, async () => {
    const [ana, bob, cid] = await server.people("ana", "bob", "cid");
    const [anas, bobs, cids] = [await server.enter(ana), await server.enter(bob), await server.enter(cid)];
    await anas.accept(sendTo(bob.username, "psst"));
    await anas.accept(sendAll("hello"));
    expect(await bobs.next("message")).to.include({ sender: ana.username, recipient: bob.username, text: "psst" });
    expect(await cids.next("message")).to.include({ recipient: "", text: "hello" });
  });

  it(`"sendto NAME TEXT" is refused if the user is offline or unknown, and the stream goes on`, async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    expect(nameOf((await chat.refuse(sendTo(bob.username, "psst"))).reason)).to.equal("RECIPIENT_OFFLINE");
    expect(nameOf((await chat.refuse(sendTo("nobody", "psst"))).reason)).to.equal("RECIPIENT_UNKNOWN");
    await chat.accept(sendAll("goes on"));
  });

  it(`"list" shows who is online`, async () => {
    const [ana, bob, cid] = await server.people("ana", "bob", "cid");
    await server.enter(ana);
    await server.enter(bob);
    expect(await server.online(cid)).to.deep.equal([ana.username, bob.username]);
  });

  it(`"logout" leaves the room; the account stays and can log in again`, async () => {
    const [ana, bob] = await server.people("ana", "bob");
    const chat = await server.enter(ana);
    await server.enter(bob);
    await server.with((wire) => wire.logout(ana.token));
    await expectGoodbye(chat, { reason: "LOGGED_OUT", reconnect: false, code: "OK" });
    expect(await server.online(bob)).to.deep.equal([bob.username]);
    await (await server.enter(await server.login(ana))).accept(sendAll("here again"));
  });

  it("any other command is answered by the server with the list of commands", async () => {
    const chat = await server.enter(await server.person("ana"));
    const answer = expectKind("help", await chat.ask(typed("dance wildly")));
    expect(answer.unknownCommand).to.equal("dance");
    expect(answer.commands).to.deep.equal(expectKind("help", await chat.ask(help)).commands);
    expect(answer.commands.map(({ name }) => name)).to.include.members(["sendall", "sendto", "list", "logout"]);
  });
});
