import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { useFolder } from "../../support/folder.ts";
import { Proxy as Network } from "../../support/proxy.ts";
import { type Person, type TestServer, useFreshServer, useServer } from "../../support/server.ts";
import type { Terminal } from "../../support/terminal.ts";
import { type ClientTerminalOptions, useTerminals } from "../../support/terminals.ts";
import { filesIn } from "./profile.ts";

const FIRST_SCREEN = "login NAME [PASSWORD]";

describe("Staying signed in", () => {
  const server = useServer();
  const start = useStarts(server);

  it("the second start of a person needs no password", async () => {
    const ani = await server.person("ani");
    const first = await start.signedIn(ani);
    expect(first.text).to.contain("the next start needs no password; type logout to end this session");
    await start.leave(first);
    const second = start.open();
    await second.shows(`welcome back, ${ani.username}; type logout to end this session`);
    await second.shows(/\d+ here:/);
    second.enter("sendall here again");
    await second.shows("you  here again");
    expect(second.text).not.to.contain(FIRST_SCREEN);
  });

  it("the kept session is in a file that only its owner may open", async function () {
    if (process.platform === "win32") this.skip();
    await start.leave(await start.signedIn(await server.person("ani")));
    const state = path.join(start.state, "obrolan");
    const [file = ""] = start.sessionFiles();
    expect(start.sessionFiles()).to.deep.equal([`profiles/default/sessions/127.0.0.1%3A${start.port}.json`]);
    expect(statSync(state).mode & 0o777).to.equal(0o700);
    expect(statSync(path.join(state, file)).mode & 0o777).to.equal(0o600);
  });

  it("an account that was just made stays signed in, too", async () => {
    const name = `new-${(await server.person("ani")).username}`;
    const first = start.open();
    await first.shows(FIRST_SCREEN);
    first.enter(`regist ${name} correct-horse`);
    await first.shows("your account is made");
    await first.shows(/\d+ here:/);
    await start.leave(first);
    await start.open().shows(`welcome back, ${name}; type logout`);
  });

  it("logout ends the session and forgets it", async () => {
    const ani = await server.person("ani");
    const first = await start.signedIn(ani);
    const { token } = start.keptFile();
    first.enter("logout");
    expect(await first.exit()).to.equal(0);
    expect(start.sessionFiles()).to.deep.equal([]);
    expect(await isAccepted(server, token)).to.equal(false);
    const second = start.open();
    await second.shows(FIRST_SCREEN);
    expect(second.text).not.to.contain("welcome back");
  });

  it("a session that was ended elsewhere is forgotten, and the first screen says so", async () => {
    const ani = await server.person("ani");
    await start.leave(await start.signedIn(ani));
    await server.with((connection) => connection.logout(ani.token, true));
    const second = start.open();
    await second.shows(`the kept session of ${ani.username} has ended: sign in again`);
    await second.shows(FIRST_SCREEN);
    expect(start.sessionFiles()).to.deep.equal([]);
    second.enter(`login ${ani.username} ${ani.password}`);
    await second.shows(/\d+ here:/);
    await start.leave(second);
    await start.open().shows("type logout to end this session");
  });

  it("a session that is ended elsewhere while its person is in the room is forgotten", async () => {
    const ani = await server.person("ani");
    const first = await start.signedIn(ani);
    await server.with((connection) => connection.logout(ani.token, true));
    expect(await first.exit()).to.equal(1);
    expect(start.sessionFiles()).to.deep.equal([]);
    const second = start.open();
    await second.shows(FIRST_SCREEN);
    expect(second.text).not.to.contain("has ended");
  });

  it("each profile has its own session", async () => {
    const [ani, budi] = await server.people("ani", "budi");
    await start.leave(await start.signedIn(ani));
    const work = ["--profile", "work"];
    await start.leave(await start.signedIn(budi, { args: work }));
    await start.open().shows(`welcome back, ${ani.username}; type logout`);
    await start.open({ args: work }).shows(`welcome back, ${budi.username}; type logout`);
    await start.open({ env: { OBROLAN_PROFILE: "home" } }).shows(FIRST_SCREEN);
  });

  it("the name of a profile cannot lead out of the folder", async () => {
    for (const name of ["../../x", "a/b", ".", "A", ""]) {
      const terminal = start.open({ args: ["--profile", name] });
      expect(await terminal.exit(), name).to.equal(2);
      expect(terminal.text.replaceAll("\n", " "), name).to.contain("The flag --profile");
    }
  });

  it("--user asks for the password, unless the kept session is of that user", async () => {
    const [ani, budi] = await server.people("ani", "budi");
    await start.leave(await start.signedIn(ani));
    const other = start.open({ args: ["--user", budi.username] });
    await other.shows(`password for ${budi.username}:`);
    other.enter(budi.password);
    await other.shows(`welcome back, ${budi.username}`);
    await other.shows(/\d+ here:/);
    await start.leave(other);
    await start.open({ args: ["--user", budi.username.toUpperCase()] }).shows("type logout to end this session");
  });

  it("two programs at once keep a session each in their profiles, and of one profile the last one", async () => {
    const people = await server.people("ani", "budi", "cici");
    const profiles = ["work", "home", "home"];
    const terminals = profiles.map((profile) => start.open({ args: ["--profile", profile] }));
    for (const terminal of terminals) await terminal.shows(FIRST_SCREEN);
    for (const [index, terminal] of terminals.entries()) {
      terminal.enter(`login ${people[index]?.username} ${people[index]?.password}`);
    }
    for (const terminal of terminals) await terminal.shows(/\d+ here:/);
    for (const terminal of terminals) await start.leave(terminal);
    await start.open({ args: ["--profile", "work"] }).shows(`welcome back, ${people[0]?.username}; type logout`);
    await start.open({ args: ["--profile", "home"] }).shows(/welcome back, (budi|cici)-\d+; type logout/);
    expect(start.sessionFiles()).to.have.length(2);
  });

  it("a person who enters with a token file is shown by name, and keeps nothing", async () => {
    const ani = await server.person("ani");
    const file = start.file("token", `${ani.token}\n`, 0o600);
    const terminal = start.open({ args: ["--token-file", file] });
    await terminal.shows(`welcome back, ${ani.username}`);
    await terminal.shows(/\d+ here:\n.*\byou\b/);
    await start.leave(terminal);
    expect(start.sessionFiles()).to.deep.equal([]);
  });

  describe("the input history", () => {
    it("lines of earlier runs come back with the arrow key, and the lines of another profile do not", async () => {
      const ani = await server.person("ani");
      const first = await start.signedIn(ani);
      first.enter("sendall before");
      await first.shows("you  before");
      await start.leave(first);
      const second = start.open();
      await second.shows(/\d+ here:/);
      second.type("\u001b[A");
      await second.until("the line of the first run", () => second.typing.before === "› sendall before");
      const other = await start.signedIn(ani, { args: ["--profile", "other"] });
      other.type("\u001b[A");
      other.type("x");
      await other.until("only what was typed", () => other.typing.before === "› x");
    });

    it("no line that may hold a password is in any file", async () => {
      const ani = await server.person("ani");
      const first = await start.signedIn(ani);
      first.enter(`login ${ani.username} ${ani.password}`);
      await first.shows("login is not a command");
      // The line is offered again; Ctrl-C clears it.
      first.type("\u0003");
      first.enter("sendall last");
      await first.shows("you  last");
      await start.leave(first);
      const state = path.join(start.state, "obrolan");
      const files = filesIn(state);
      expect(files).to.include("profiles/default/history.jsonl");
      for (const name of files) expect(readFileSync(path.join(state, name), "utf8")).not.to.contain(ani.password);
    });

    it("two programs at once keep the lines of both", async () => {
      const ani = await server.person("ani");
      const [first, second] = [await start.signedIn(ani), start.open()];
      await second.shows(/\d+ here:/);
      for (const [index, terminal] of [first, second, first, second].entries()) {
        terminal.enter(`sendall line ${index}`);
        await terminal.shows(`you  line ${index}`);
      }
      for (const terminal of [first, second]) await start.leave(terminal);
      const name = path.join(start.state, "obrolan/profiles/default/history.jsonl");
      const lines = [0, 1, 2, 3].map((index) => `"sendall line ${index}"\n`);
      expect(readFileSync(name, "utf8")).to.equal(lines.join(""));
    });
  });

  it("preferences are remembered", async () => {
    const first = await start.signedIn(await server.person("ani"));
    first.enter("bell pm");
    await first.shows("the bell rings for private messages");
    first.enter("say on");
    await first.shows("a line that is no command goes to everyone");
    await start.leave(first);
    const second = start.open();
    await second.shows(/\d+ here:/);
    second.enter("hello without a command");
    await second.shows("you  hello without a command");
    second.enter("bell");
    await second.shows("the bell rings for private messages");
  });

  describe("with files that cannot be used", () => {
    it("a folder that others may open is not used, and the first screen has the chmod command", async function () {
      if (process.platform === "win32") this.skip();
      const ani = await server.person("ani");
      await start.leave(await start.signedIn(ani));
      const state = path.join(start.state, "obrolan");
      chmodSync(state, 0o755);
      const second = await start.signedIn(ani, { columns: 400 });
      expect(second.text).to.contain(`run chmod 700 ${state}`).and.not.to.contain("the next start needs no password");
      await start.leave(second);
      chmodSync(state, 0o700);
      await start.open().shows(`welcome back, ${ani.username}; type logout`);
    });

    it("a file that others may open is not used, and is replaced by a private one", async function () {
      if (process.platform === "win32") this.skip();
      const ani = await server.person("ani");
      await start.leave(await start.signedIn(ani));
      chmodSync(start.keptFile().name, 0o644);
      const second = await start.signedIn(ani, { columns: 400 });
      expect(second.text).to.contain(`run chmod 600 ${start.keptFile().name}`);
      await start.leave(second);
      expect(statSync(start.keptFile().name).mode & 0o777).to.equal(0o600);
      await start.open().shows("type logout to end this session");
    });

    it("a damaged file is set aside with a sentence, and the program goes on", async () => {
      const ani = await server.person("ani");
      await start.leave(await start.signedIn(ani));
      const { name } = start.keptFile();
      writeFileSync(name, "{");
      const second = await start.signedIn(ani, { columns: 400 });
      expect(second.text).to.contain(`${name} is damaged`);
      await start.leave(second);
      expect(readFileSync(`${name}.damaged`, "utf8")).to.equal("{");
      await start.open().shows("type logout to end this session");
    });

    it("without a folder for sessions the program goes on, and says that nothing is kept", async () => {
      const ani = await server.person("ani");
      const file = start.file("no-folder", "", 0o600);
      const terminal = await start.signedIn(ani, { columns: 400, env: { XDG_STATE_HOME: file } });
      expect(terminal.text).to.contain("cannot be used (ENOTDIR)").and.not.to.contain("the next start");
    });
  });

  describe("while the server is away", () => {
    let network: Network;

    beforeEach(async () => {
      network = await Network.start(() => server.port);
    });

    afterEach(() => network.close());

    it("a server that does not answer keeps the session, and the program ends with 3", async () => {
      const ani = await server.person("ani");
      await start.leave(await start.signedIn(ani, { at: network.address }));
      network.forbid();
      const second = start.open({ at: network.address });
      expect(await second.exit()).to.equal(3);
      network.allow();
      await start.open({ at: network.address }).shows(`welcome back, ${ani.username}; type logout`);
    });

    it("a logout that does not reach the server forgets the session all the same", async () => {
      const first = await start.signedIn(await server.person("ani"), { at: network.address });
      network.forbid();
      await first.shows("connection lost");
      first.enter("logout");
      expect(await first.exit()).to.equal(3);
      expect(start.sessionFiles()).to.deep.equal([]);
    });
  });
});

describe("Staying signed in at a server whose clock goes on", () => {
  const ahead = { ms: 0 };
  const server = useFreshServer({ clock: () => Date.now() + ahead.ms });
  const start = useStarts(server);
  beforeEach(() => {
    ahead.ms = 0;
  });

  it("an expired session is forgotten, and the first screen says so", async () => {
    const ani = await server.person("ani");
    await start.leave(await start.signedIn(ani));
    ahead.ms = 31 * 24 * 60 * 60 * 1000;
    const second = start.open();
    await second.shows(`the kept session of ${ani.username} has ended: sign in again`);
    await second.shows(FIRST_SCREEN);
    expect(start.sessionFiles()).to.deep.equal([]);
  });
});

/** Starts the client again and again on one machine: with one folder for kept sessions, and at one address. */
function useStarts(server: TestServer) {
  const folder = useFolder();
  const { open } = useTerminals(server);
  let port = 0;
  beforeEach(() => {
    ({ port } = server);
  });

  return {
    /** The folder that holds the state. */
    get state(): string {
      return folder.path;
    },

    /** The port that the clients connect to. */
    get port(): number {
      return port;
    },

    open({ env, ...options }: ClientTerminalOptions = {}): Terminal {
      return open({ at: `127.0.0.1:${port}`, ...options, env: { XDG_STATE_HOME: folder.path, ...env } });
    },

    /** A terminal whose user has come in by the first screen. */
    async signedIn({ username, password }: Person, options?: ClientTerminalOptions): Promise<Terminal> {
      const terminal = this.open(options);
      await terminal.shows(FIRST_SCREEN);
      terminal.enter(`login ${username} ${password}`);
      await terminal.shows(/\d+ here:/);
      return terminal;
    },

    /** Leaves without a logout. */
    async leave(terminal: Terminal): Promise<void> {
      terminal.type("\u0004");
      expect(await terminal.exit()).to.equal(0);
    },

    /** The files of kept sessions, without damaged ones. */
    sessionFiles(): string[] {
      const names = filesIn(folder.path).filter((name) => /\/sessions\/.*\.json$/.test(name));
      return names.map((name) => path.relative("obrolan", name));
    },

    /** The only kept session. */
    keptFile(): { readonly name: string; readonly token: string } {
      const name = path.join(folder.path, "obrolan", this.sessionFiles()[0] ?? "");
      return { name, token: JSON.parse(readFileSync(name, "utf8")).token };
    },

    /** Writes a file beside the state. */
    file(name: string, content: string, mode: number): string {
      const file = path.join(folder.path, name);
      writeFileSync(file, content, { mode });
      return file;
    },
  };
}

async function isAccepted(server: TestServer, token: string): Promise<boolean> {
  try {
    await server.with((connection) => connection.list(token));
    return true;
  } catch {
    return false;
  }
}
