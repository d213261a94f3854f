import { chmodSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { withPort } from "../../support/engines.ts";
import { useFolder } from "../../support/folder.ts";
import { Program, run } from "../../support/program.ts";
import { type Person, useFreshServer } from "../../support/server.ts";
import { useTerminals } from "../../support/terminals.ts";
import { filesIn } from "./profile.ts";

describe("The session of a script", () => {
  /** The ids of the sessions that were opened and not ended. */
  const sessions = new Set<number>();
  let endings = 0;
  let gate: Promise<void> | undefined;
  const server = useFreshServer({
    wrap: (engines) =>
      withPort(engines, "sessions", {
        open: async (opened) => {
          const session = await engines.sessions.open(opened);
          sessions.add(session.id);
          return session;
        },
        end: async (id, everywhere) => {
          endings += 1;
          await gate;
          const ended = await engines.sessions.end(id, everywhere);
          for (const session of ended) sessions.delete(session);
          return ended;
        },
      }),
  });
  const { open } = useTerminals(server);
  const folder = useFolder();
  let ani: Person;
  let at: string[];
  let state: Record<string, string>;

  beforeEach(async () => {
    gate = undefined;
    ani = await server.person("ani");
    sessions.clear();
    endings = 0;
    at = ["--server", `127.0.0.1:${server.port}`, "--recent", "0"];
    state = { XDG_STATE_HOME: path.join(folder.path, "state") };
  });

  function file(name: string, content: string, mode = 0o600): string {
    const file = path.join(folder.path, name);
    writeFileSync(file, content);
    chmodSync(file, mode);
    return file;
  }

  /** A person comes in and leaves, so that a session is kept. */
  async function keep(person: Person, args: string[] = []): Promise<void> {
    const terminal = open({ args: [...at.slice(2), ...args], at: at[1] ?? "", env: state });
    await terminal.shows("login NAME [PASSWORD]");
    terminal.enter(`login ${person.username} ${person.password}`);
    await terminal.shows(/\d+ here:/);
    terminal.type("\u0004");
    expect(await terminal.exit()).to.equal(0);
  }

  describe("of a sign-in line", () => {
    it("a script that signs in leaves no session, also if it makes an account or one of its lines fails", async () => {
      const scripts = [
        [`login ${ani.username} ${ani.password}`, "sendall hello"],
        [`login ${ani.username}`, ani.password, "dance"],
        [`regist new-${ani.username} correct-horse`],
        [`login ${ani.username} ${ani.password}`, "logout"],
      ];
      const codes: (number | null)[] = [];
      for (const lines of scripts) codes.push((await run(at, lines, state)).code);
      expect(codes).to.deep.equal([0, 2, 0, 0]);
      expect({ endings, open: sessions.size }).to.deep.equal({ endings: 4, open: 0 });
    });

    it("a script with --json that signs in leaves no session", async () => {
      const { code } = await new Program([...at, "--json"], state).end(`login ${ani.username} ${ani.password}`, "list");
      expect({ code, endings, open: sessions.size }).to.deep.equal({ code: 0, endings: 1, open: 0 });
    });

    it("a script ends with the code of its lines, although the server does not answer its logout", async () => {
      const answered = Promise.withResolvers<void>();
      gate = answered.promise;
      const { code, err } = await run(at, [`login ${ani.username} ${ani.password}`, "sendall hello"], state);
      expect({ code, err }).to.deep.equal({ code: 0, err: `entered as ${ani.username}\n` });
      expect(endings).to.equal(1);
      answered.resolve();
    });

    it("a script neither reads nor writes a kept session", async () => {
      const budi = await server.person("budi");
      await keep(budi);
      const before = filesIn(folder.path);
      expect((await run(at, ["sendall hello"], state)).code).to.equal(2);
      const { err } = await run([...at, "--profile", "default"], [`login ${ani.username} ${ani.password}`], state);
      expect(err).to.equal(`entered as ${ani.username}\n`);
      expect(filesIn(folder.path)).to.deep.equal(before);
    });

    it("a sign-in line wins over the token file that a variable names", async () => {
      const budi = await server.person("budi");
      const env = { ...state, OBROLAN_TOKEN_FILE: file("token", budi.token) };
      const { code, err } = await run(at, [`login ${ani.username} ${ani.password}`, "sendall as ani"], env);
      expect({ code, err }).to.deep.equal({ code: 0, err: `entered as ${ani.username}\n` });
      expect(await server.history(ani)).to.deep.equal(["as ani"]);
    });
  });

  describe("of a token file", () => {
    it("a script begins with its first command, as the user of the token, and the session goes on", async () => {
      const tokenFile = file("token", `${ani.token}\n`);
      for (const args of [["--token-file", tokenFile], []]) {
        const env = { ...state, ...(args.length === 0 ? { OBROLAN_TOKEN_FILE: tokenFile } : {}) };
        const { code, out, err } = await run([...at, ...args], ["", "sendall hello", "list"], env);
        expect({ code, err }).to.deep.equal({ code: 0, err: `entered as ${ani.username}\n` });
        expect(out).to.contain(`${ani.username}: hello\n`).and.to.contain("1 online: ");
      }
      expect(endings).to.equal(0);
      await server.enter(ani);
    });

    it("a script without any line enters and leaves", async () => {
      const { code, err } = await run([...at, "--token-file", file("token", ani.token)], [], state);
      expect({ code, err }).to.deep.equal({ code: 0, err: `entered as ${ani.username}\n` });
    });

    it("a script with --json is told the name", async () => {
      const program = new Program([...at, "--json", "--token-file", file("token", ani.token)], state);
      expect((await program.end("sendall hello")).code).to.equal(0);
      expect(program.events[0]).to.deep.equal({
        event: "signedIn",
        username: ani.username,
        created: false,
        kept: true,
      });
      expect(program.out).not.to.contain(ani.token);
    });

    it("a logout in the script ends the session", async () => {
      const { code, err } = await run([...at, "--token-file", file("token", ani.token)], ["logout"], state);
      expect(code).to.equal(0);
      expect(err).to.contain(`${ani.username} is logged out`);
      expect(endings).to.equal(1);
    });

    it("a token that the server does not know ends with 1", async () => {
      const { code, err } = await run([...at, "--token-file", file("token", "unknown")], ["sendall hello"], state);
      expect(code).to.equal(1);
      expect(err).not.to.contain("unknown");
    });

    it("a folder is refused as one, without advice to change its mode", async () => {
      const { code, err } = await run([...at, "--token-file", tmpdir()], ["sendall hello"], state);
      expect(code).to.equal(2);
      expect(err).to.contain("--token-file").and.not.to.contain("chmod");
    });

    it("a file that every user may open is refused with the chmod command", async function () {
      if (process.platform === "win32") this.skip();
      for (const mode of [0o644, 0o604, 0o602]) {
        const name = file(`token-${mode}`, ani.token, mode);
        const { code, err } = await run([...at, "--token-file", name], ["sendall hello"], state);
        expect({ code, err }).to.deep.equal({
          code: 2,
          err: `obrolan: --token-file: any user of this machine may open ${name}. Run: chmod 600 ${name}\n`,
        });
      }
      for (const mode of [0o400, 0o640]) {
        const name = file(`token-${mode}`, ani.token, mode);
        expect((await run([...at, "--token-file", name], ["sendall hello"], state)).code, String(mode)).to.equal(0);
      }
    });

    it("a file without a token is refused, and its content is not repeated", async () => {
      const contents = ["", "two words", "secret-1\nsecret-2", "x".repeat(5000), "s\u0000ecret", "sécret"];
      for (const [index, content] of contents.entries()) {
        const name = file(`token-${index}`, content);
        const { code, out, err } = await run([...at, "--token-file", name], ["sendall hello"], state);
        expect({ code, out, err }, content).to.deep.equal({
          code: 2,
          out: "",
          err: `obrolan: --token-file: ${name} must contain the token of a session and nothing else.\n`,
        });
      }
      const { code, err } = await run([...at, "--token-file", path.join(folder.path, "none")], [], state);
      expect(code).to.equal(2);
      expect(err).to.contain("--token-file").and.to.contain("there is no such file");
    });
  });

  describe("of --user with --password-stdin", () => {
    it("the first line is the password, and the session ends with the script", async () => {
      const args = [...at, "--user", ani.username, "--password-stdin"];
      const { code, out, err } = await run(args, [ani.password, "sendall hello"], state);
      expect({ code, err }).to.deep.equal({ code: 0, err: `entered as ${ani.username}\n` });
      expect(out).to.contain(`${ani.username}: hello\n`);
      expect({ endings, open: sessions.size }).to.deep.equal({ endings: 1, open: 0 });
    });

    it("a wrong password closes with 1, and no further line is tried", async () => {
      const args = [...at, "--user", ani.username, "--password-stdin"];
      const { code, out, err } = await run(args, ["wrong-password", ani.password], state);
      expect({ code, out }).to.deep.equal({ code: 1, out: "" });
      expect(err).to.equal("No account has this name and password.\n");
    });

    it("a script without a password ends with 2", async () => {
      const { code, err } = await run([...at, "--user", ani.username, "--password-stdin"], [], state);
      expect(code).to.equal(2);
      expect(err).to.match(/^No password came\./);
    });

    it("settings that contradict each other are refused", async () => {
      const token = file("token", ani.token);
      const wrong: [string[], RegExp][] = [
        [["--password-stdin"], /--password-stdin needs the name of the account: --user NAME\./],
        [["--token-file", token, "--user", "ani"], /--token-file and --user each say who signs in: choose one\./],
        [["--user", "ani:secret"], /The flag --user .*must be a username/],
      ];
      for (const [args, sentence] of wrong) {
        const { code, err } = await run([...at, ...args], [], state);
        expect(code, args.join(" ")).to.equal(2);
        expect(err).to.match(sentence).and.not.to.contain("secret");
      }
    });
  });

  describe("of a profile", () => {
    it("a script that names a profile uses its kept session, which goes on", async () => {
      await keep(ani, ["--profile", "work"]);
      for (let turn = 1; turn <= 2; turn++) {
        const { code, out, err } = await run([...at, "--profile", "work"], [`sendall hello ${turn}`], state);
        expect({ code, err }).to.deep.equal({ code: 0, err: `entered as ${ani.username}\n` });
        expect(out).to.contain(`: hello ${turn}`);
      }
      expect(endings).to.equal(0);
      const { code } = await run([...at, "--profile", "home"], ["sendall hello"], state);
      expect(code).to.equal(2);
    });

    it("a line that looks like a sign-in is refused, and is no command in a kept session", async () => {
      await keep(ani, ["--profile", "work"]);
      const { code, out, err } = await run([...at, "--profile", "work"], ["lgoin budi secret", "sendall oops"], state);
      expect({ code, out }).to.deep.equal({ code: 2, out: "" });
      expect(err).to.contain("Did you mean login?").and.not.to.contain("secret");
    });
  });
});
