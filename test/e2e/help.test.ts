import { expect } from "chai";
import { ChatRequest } from "../../src/gen/obrolan/v1/chat.ts";
import { expectKind } from "../support/chatStream.ts";
import { help, join, sendAll, typed } from "../support/commands.ts";
import { expectSentence } from "../support/expect.ts";
import { useServer } from "../support/server.ts";

/** Field 15 with five bytes, which is not a command of this version. */
const FROM_THE_FUTURE = Buffer.from([0x7a, 0x05, 0x01, 0x02, 0x03, 0x04, 0x05]);

describe("Help", function () {
  this.timeout(60_000);
  const server = useServer();

  it("help names the commands as people type them, each with its usage and its summary", async () => {
    const chat = await server.enter(await server.person("ana"));
    const { commands, unknownCommand } = expectKind("help", await chat.ask(help, "h"));
    expect(unknownCommand).to.equal("");
    const names = commands.map(({ name }) => name);
    expect(names).to.include.members(["sendall", "sendto", "list", "logout", "help"]);
    expect(new Set(names).size).to.equal(names.length);
    for (const { name, usage, summary } of commands) {
      expect(usage.split(" ")[0]).to.equal(name);
      expectSentence(summary);
    }
    const usages = Object.fromEntries(commands.map(({ name, usage }) => [name, usage]));
    expect(usages).to.include({ sendall: "sendall TEXT", sendto: "sendto NAME TEXT", help: "help" });
  });

  it("help is the same for each way to ask for it", async () => {
    const chat = await server.enter(await server.person("ana"));
    const { commands } = expectKind("help", await chat.ask(help));
    expect(expectKind("help", await chat.ask(typed("help"))).commands).to.deep.equal(commands);
    expect(expectKind("help", await chat.ask(typed("dance"))).commands).to.deep.equal(commands);
    expect(expectKind("help", await chat.ask(undefined)).commands).to.deep.equal(commands);
  });

  it("help answers a request whose command is unset, without a join", async () => {
    const ana = await server.person("ana");
    const chat = await server.open(ana);
    expect(expectKind("help", await chat.ask(undefined, "nothing")).requestId).to.equal("nothing");
    chat.sendBytes(new Uint8Array());
    expect((await chat.next("help", (event) => event.requestId === "")).unknownCommand).to.equal("");
    expect(await server.online(ana)).to.not.include(ana.username);
    chat.send(join(), "j");
    expect((await chat.next("caughtUp")).requestId).to.equal("j");
  });

  it("help answers a request whose command is unknown to this server, without a join", async () => {
    const ana = await server.person("ana");
    const chat = await server.open(ana);
    const request = ChatRequest.encode({ requestId: "newer", command: undefined }).finish();
    chat.sendBytes(Buffer.concat([request, FROM_THE_FUTURE]));
    expect(expectKind("help", await chat.reply("newer")).unknownCommand).to.equal("");
    expect(await server.online(ana)).to.not.include(ana.username);
    await chat.accept(sendAll("the stream goes on"));
  });

  it("a known command with a new field is carried out, and not answered with help", async () => {
    const chat = await server.enter(await server.person("ana"));
    const request = ChatRequest.encode({ requestId: "known", command: sendAll("x") }).finish();
    chat.sendBytes(Buffer.concat([request, FROM_THE_FUTURE]));
    expectKind("accepted", await chat.reply("known"));
  });
});
