import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { clientSettings, type SessionConfig } from "../../../src/cli/config.ts";
import { KeptSessions } from "../../../src/cli/session/keptSessions.ts";
import { type OpenSession, openSession } from "../../../src/cli/session/openSession.ts";
import { Stdio } from "../../../src/cli/terminal/output.ts";
import { type ChatClient, ChatError, connect } from "../../../src/client/index.ts";
import { ConfigError, resolve } from "../../../src/config/index.ts";
import { useFolder } from "../../support/folder.ts";
import { type Person, useServer } from "../../support/server.ts";
import { openProfile } from "./profile.ts";

describe("openSession", () => {
  const server = useServer();
  const folder = useFolder();
  let ani: Person;
  let client: ChatClient;
  let address: string;
  let stateBefore: string | undefined;
  let errors: PassThrough;

  beforeEach(async () => {
    ani = await server.person("ani");
    address = `127.0.0.1:${server.port}`;
    client = connect({ address });
    errors = new PassThrough();
    stateBefore = process.env.XDG_STATE_HOME;
    process.env.XDG_STATE_HOME = folder.path;
  });

  afterEach(() => {
    client.close();
    if (stateBefore === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = stateBefore;
  });

  /** Opens a session with these settings, and with these chunks on standard input. */
  function open(flags: Partial<SessionConfig>, stdin: PassThrough = input()) {
    const config = resolve({ table: clientSettings, flags: { server: address, ...flags }, env: {} });
    return openSession(client, config, new Stdio(new PassThrough(), errors), stdin);
  }

  async function opened(flags: Partial<SessionConfig>, stdin?: PassThrough): Promise<OpenSession> {
    const result = await open(flags, stdin);
    if (typeof result === "number") throw new Error(`exit code ${result}: ${said()}`);
    return result;
  }

  function input(...chunks: (string | Buffer)[]): PassThrough {
    const stdin = new PassThrough();
    for (const chunk of chunks) stdin.write(chunk);
    return stdin;
  }

  /** What standard error has. */
  function said(): string {
    return errors.read()?.toString() ?? "";
  }

  function keep(person: Person, profile = "default"): Promise<boolean> {
    const { files } = openProfile(path.join(folder.path, "obrolan"), profile);
    const { username, token } = person;
    return new KeptSessions(files).keep(
      { server: address, insecure: false },
      { username, token, expiresAt: new Date() },
    );
  }

  async function isAccepted(token: string): Promise<boolean> {
    try {
      await client.list(token);
      return true;
    } catch (error) {
      if (error instanceof ChatError && error.reason === "SESSION_INVALID") return false;
      throw error;
    }
  }

  function tokenFile(token: string): string {
    const file = path.join(folder.path, "token");
    writeFileSync(file, token);
    chmodSync(file, 0o600);
    return file;
  }

  it("the session of a token file goes on after its end", async () => {
    const { session, end } = await opened({ tokenFile: tokenFile(ani.token) });
    expect(session).to.deep.equal({ token: ani.token, username: "" });
    await end();
    expect(await isAccepted(ani.token)).to.equal(true);
  });

  it("a session for --user with --password-stdin is ended at its end", async () => {
    const stdin = input(`${ani.password}\n`);
    const { session, end } = await opened({ user: ani.username, passwordStdin: true }, stdin);
    expect(session.username).to.equal(ani.username);
    expect(await isAccepted(session.token)).to.equal(true);
    await end();
    expect(await isAccepted(session.token)).to.equal(false);
    await end();
  });

  it("the kept session of the profile is used, and goes on after its end", async () => {
    const budi = await server.person("budi");
    await keep(ani);
    await keep(budi, "work");
    const { session, end } = await opened({});
    expect(session).to.deep.include({ token: ani.token, username: ani.username });
    await end();
    expect(await isAccepted(ani.token)).to.equal(true);
    expect((await opened({ profile: "work" })).session.username).to.equal(budi.username);
  });

  it("a token file comes before the kept session, and so does a password", async () => {
    const budi = await server.person("budi");
    await keep(budi);
    expect((await opened({ tokenFile: tokenFile(ani.token) })).session.token).to.equal(ani.token);
    const { session, end } = await opened({ user: ani.username, passwordStdin: true }, input(`${ani.password}\n`));
    expect(session.username).to.equal(ani.username);
    await end();
  });

  it("--user alone accepts the kept session of that user only", async () => {
    await keep(ani);
    expect((await opened({ user: ani.username.toUpperCase() })).session.username).to.equal(ani.username);
    expect(await open({ user: "budi" })).to.equal(2);
    expect(said()).to.contain(`No session of budi for ${address} is kept in the profile default.`);
  });

  it("a command without any source of a session ends with 2, and the error names the three ways", async () => {
    expect(await open({ profile: "work" })).to.equal(2);
    const sentence = said();
    expect(sentence).to.contain(`No session for ${address} is kept in the profile work.`);
    for (const way of ["Start obrolan and sign in", "--user NAME with --password-stdin", "--token-file FILE"]) {
      expect(sentence).to.contain(way);
    }
  });

  it("a kept session that others may open is not used, and the error has the chmod command", async function () {
    if (process.platform === "win32") this.skip();
    await keep(ani);
    const state = path.join(folder.path, "obrolan");
    chmodSync(state, 0o755);
    expect(await open({})).to.equal(2);
    expect(said()).to.contain(`chmod 700 ${state}`).and.to.contain("--token-file FILE");
  });

  it("a token file that cannot be used is a ConfigError", async () => {
    let error: unknown;
    await open({ tokenFile: path.join(folder.path, "none") }).catch((thrown) => {
      error = thrown;
    });
    expect(error).to.be.an.instanceof(ConfigError);
  });

  describe("the password on standard input", () => {
    it("the password ends with its line, however it is cut into chunks, and the rest stays in the stream", async () => {
      const line = Buffer.from(`${ani.password}\r\n`);
      for (const cut of [0, 3, line.length - 1, line.length]) {
        const stdin = input(line.subarray(0, cut), line.subarray(cut), "the rest\nof it");
        stdin.end();
        const { end } = await opened({ user: ani.username, passwordStdin: true }, stdin);
        await end();
        const rest: Buffer[] = [];
        for await (const chunk of stdin) rest.push(chunk);
        expect(Buffer.concat(rest).toString(), `cut at ${cut}`).to.equal("the rest\nof it");
      }
    });

    it("a password without a line end is the whole input", async () => {
      const stdin = input(ani.password);
      stdin.end();
      const { end } = await opened({ user: ani.username, passwordStdin: true }, stdin);
      await end();
    });

    it("the password is taken from a chunk with more lines, and the next lines that come are not lost", async () => {
      const stdin = input(`${ani.password}\nfirst\n`);
      const { end } = await opened({ user: ani.username, passwordStdin: true }, stdin);
      await end();
      stdin.end("second\n");
      const rest: Buffer[] = [];
      for await (const chunk of stdin) rest.push(chunk);
      expect(Buffer.concat(rest).toString()).to.equal("first\nsecond\n");
    });

    const unusable: [string, Buffer][] = [
      ["an empty input", Buffer.alloc(0)],
      ["an empty line", Buffer.from("\nsecond\n")],
      ["a line that is not UTF-8", Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x0a])],
      ["a line longer than 64 KiB", Buffer.from(`${"x".repeat(70_000)}\n`)],
    ];
    for (const [what, bytes] of unusable) {
      it(`${what} is no password: it ends with 2, and repeats nothing`, async () => {
        const stdin = input(bytes);
        stdin.end();
        expect(await open({ user: ani.username, passwordStdin: true }, stdin)).to.equal(2);
        expect(said()).to.equal("obrolan: The first line of standard input is not a password in UTF-8.\n");
      });
    }

    it("a terminal is refused, because it would show the password", async () => {
      const stdin = Object.assign(input(`${ani.password}\n`), { isTTY: true });
      expect(await open({ user: ani.username, passwordStdin: true }, stdin)).to.equal(2);
      expect(said()).to.contain("--password-stdin reads from a pipe or a file");
    });

    it("a wrong password ends with 1, and the error repeats nothing of it", async () => {
      expect(await open({ user: ani.username, passwordStdin: true }, input("wrong-password\n"))).to.equal(1);
      expect(said()).to.equal("obrolan: No account has this name and password.\n");
    });

    it("an input that cannot be read ends with 4", async () => {
      const stdin = input();
      const opening = open({ user: ani.username, passwordStdin: true }, stdin);
      stdin.destroy(new Error("EIO: the disk is gone"));
      expect(await opening).to.equal(4);
      expect(said()).to.contain("Standard input cannot be read: EIO: the disk is gone.");
    });

    it("a server that is not there ends with 3", async () => {
      client.close();
      client = connect({ address: "127.0.0.1:1" });
      expect(await open({ user: ani.username, passwordStdin: true }, input("correct-horse\n"))).to.equal(3);
      expect(said()).to.contain("Nothing listens at 127.0.0.1:1");
    });
  });
});
