import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect } from "chai";
import { type ChatClient, ChatError, connect, Status } from "../../src/client/index.ts";
import { within } from "../support/deadline.ts";
import { Gate, withPort } from "../support/engines.ts";
import { type Person, useServer } from "../support/server.ts";
import { isCaughtUp, takeUntil } from "../support/takeEvents.ts";

const LIBRARY = path.resolve(import.meta.dirname, "../../src/client/index.ts");

async function failure(call: Promise<unknown>): Promise<ChatError> {
  const error = await call.then(
    () => new Error("the call was expected to fail, but it succeeded"),
    (error: Error) => error,
  );
  if (error instanceof ChatError) return error;
  throw error;
}

describe("ChatClient.close", () => {
  const server = useServer();
  let ani: Person;
  let client: ChatClient;

  beforeEach(async () => {
    ani = await server.person("ani");
    client = connect({ address: `127.0.0.1:${server.port}` });
  });
  afterEach(() => client.close());

  it("close() aborts open rooms, and their commands without an answer resolve as unanswered", async () => {
    const rooms = [client.enter({ token: ani.token }), client.enter({ token: ani.token })];
    for (const room of rooms) await takeUntil(room, "the end of the replay", isCaughtUp);
    const outcome = rooms[0]?.sendAll("too late", { requestId: "late" });
    client.close();
    for (const room of rooms) expect(await within(room.closed, "the end")).to.deep.equal({ kind: "aborted" });
    expect(await outcome).to.deep.equal({ kind: "unanswered", requestId: "late" });
  });

  it("close() a second time does nothing", () => {
    client.close();
    client.close();
  });

  it("every call after close() fails, and its message says that the client was closed", async () => {
    client.close();
    const calls = [
      client.register("a-person", "a good password"),
      client.login(ani.username, ani.password),
      client.list(ani.token),
      client.logout(ani.token),
      client.isServing(),
    ];
    for (const call of calls) {
      const { code, message } = await failure(call);
      expect({ code, message }).to.deep.equal({
        code: Status.FAILED_PRECONDITION,
        message: "This client was closed: make another one with connect().",
      });
    }
    expect(() => client.enter({ token: ani.token })).to.throw(ChatError, "This client was closed");
  });

  it("a call in flight at close() fails, and its message says that the client was closed", async () => {
    const login = failure(client.login(ani.username, ani.password));
    client.close();
    expect(await login).to.include({
      code: Status.CANCELLED,
      message: "The client was closed before the server answered.",
    });
  });

  it("close() with a room open lets the process end", async () => {
    const script = `
      const { connect } = await import(${JSON.stringify(LIBRARY)});
      const client = connect({ address: "127.0.0.1:${server.port}" });
      const room = client.enter({ token: process.env.TOKEN, firstConnectMs: 600_000 });
      for await (const event of room) if (event.kind === "caughtUp") client.close();
      console.log((await room.closed).kind);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      env: { ...process.env, TOKEN: ani.token },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    try {
      const [code] = await within(once(child, "close"), "the process to end");
      expect({ code, out }).to.deep.equal({ code: 0, out: "aborted\n" });
    } finally {
      child.kill("SIGKILL");
    }
  });
});

describe("ChatClient with arguments that cannot be sent", () => {
  it("a token, name or password that cannot be sent is refused, and the error does not repeat it", async () => {
    const client = connect({ address: "127.0.0.1:1" });
    try {
      for (const token of ["", "two\nlines", "obrolan_ü"]) {
        expect(() => client.enter({ token })).to.throw(ChatError, /^The token is empty or has characters/);
        const { message } = await failure(client.list(token));
        expect(message).to.match(/^The token is empty or has characters/);
        if (token !== "") expect(message).to.not.contain(token);
      }
      const { message } = await failure(client.login("ani", "secret \ud83d"));
      expect(message)
        .to.match(/^password has half a character in it, U\+D83D at index 7/)
        .and.not.contain("secret");
      expect((await failure(client.register("\udc00", "a good password"))).message).to.match(/^username has half/);
      expect(() => client.enter({ token: "t", logId: "\ud83d" })).to.throw(ChatError, "logId has half a character");
    } finally {
      client.close();
    }
  });
});

describe("ChatClient.list right after enter", () => {
  const gate = new Gate();
  const server = useServer({
    wrap: (engines) =>
      withPort(engines, "roster", {
        arrive: async (who) => {
          await gate.pass();
          return engines.roster.arrive(who);
        },
      }),
  });
  let client: ChatClient;
  beforeEach(() => {
    client = connect({ address: `127.0.0.1:${server.port}` });
  });
  afterEach(() => {
    gate.open();
    client.close();
  });

  it("a list right after enter() contains the caller, 12 of 12 times", async () => {
    const seen: boolean[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const { token, username } = await server.person("ani");
      client.enter({ token });
      seen.push((await client.list(token)).users.some((user) => user.username === username));
    }
    expect(seen).to.deep.equal(seen.map(() => true));
  });

  it("list() waits while a join of its session is in flight, and its signal ends the wait", async () => {
    const [ani, budi] = await server.people("ani", "budi");
    gate.shut();
    client.enter({ token: ani.token });
    await gate.entered();
    const abort = new AbortController();
    const given = failure(client.list(ani.token, { signal: abort.signal }));
    const list = client.list(ani.token);
    // A list of another session does not wait.
    expect((await client.list(budi.token)).users.map(({ username }) => username)).to.not.include(ani.username);
    abort.abort();
    expect((await given).code).to.equal(Status.CANCELLED);
    gate.open();
    expect((await list).users.map(({ username }) => username)).to.include(ani.username);
  });

  it("list() does not wait for a room that is closed", async () => {
    const ani = await server.person("ani");
    const room = client.enter({ token: ani.token });
    await takeUntil(room, "the end of the replay", isCaughtUp);
    room.abort();
    await room.closed;
    expect((await client.list(ani.token)).totalSize).to.be.a("number");
  });

  it("list() waits for a join only for a part of its timeout, and is then sent", async () => {
    const ani = await server.person("ani");
    const quick = connect({ address: `127.0.0.1:${server.port}`, timeoutMs: 2_000 });
    try {
      gate.shut();
      quick.enter({ token: ani.token });
      await gate.entered();
      expect((await quick.list(ani.token)).users.map(({ username }) => username)).to.not.include(ani.username);
    } finally {
      quick.close();
    }
  });
});
