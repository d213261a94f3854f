import { expect } from "chai";
import { run } from "../../support/program.ts";
import { type Person, useServer } from "../../support/server.ts";
import type { Terminal } from "../../support/terminal.ts";
import { useTerminals } from "../../support/terminals.ts";

const WRONG = "No account has this name and password.";

describe("The first screen of a person", () => {
  const server = useServer();
  const { open } = useTerminals(server);
  let ani: Person;
  let terminal: Terminal;

  beforeEach(async () => {
    ani = await server.person("ani");
    terminal = open();
    await terminal.shows("login NAME [PASSWORD]");
  });

  /** How often the screen has a text. */
  function count(text: string): number {
    return terminal.text.split(text).length - 1;
  }

  async function seen(text: string, times: number): Promise<void> {
    await terminal.until(`"${text}" ${times} times`, () => count(text) === times);
  }

  /** Answers a question, the last line of the screen, without the answer on the screen. */
  async function answer(question: string, secret: string): Promise<void> {
    await terminal.until(`the question "${question}"`, () => terminal.typing.before === question);
    terminal.enter(secret);
  }

  for (const word of ["help", "/help", "HELP", "?"]) {
    it(`"${word}" says what to type, and the first screen stays`, async () => {
      terminal.enter(word);
      await terminal.shows("type regist NAME to make an account, or login NAME to come in");
      terminal.enter(`login ${ani.username} ${ani.password}`);
      await terminal.shows(`welcome back, ${ani.username}`);
    });
  }

  for (const word of ["quit", "/quit", "exit", "/exit"]) {
    it(`"${word}" ends the program with 0`, async () => {
      terminal.enter(word);
      expect(await terminal.exit()).to.equal(0);
      expect(terminal.text).not.to.contain("does not begin with a command");
    });
  }

  for (const word of ["register", "signup", "/regist", "Register"]) {
    it(`"${word} NAME PASSWORD" makes an account`, async () => {
      const name = `new-${ani.username}`;
      terminal.enter(`${word} ${name} correct-horse`);
      await terminal.shows(`your account is made, ${name}`);
    });
  }

  it(`"/login NAME PASSWORD" and "signin NAME PASSWORD" enter the room`, async () => {
    terminal.enter(`/login ${ani.username} ${ani.password}`);
    await terminal.shows(`welcome back, ${ani.username}`);
    const other = open();
    await other.shows("login NAME [PASSWORD]");
    other.enter(`signin ${ani.username} ${ani.password}`);
    await other.shows(`welcome back, ${ani.username}`);
  });

  for (const word of ["register", "regist", "login"]) {
    it(`"${word}" without a name is answered with the two commands, and the first screen stays`, async () => {
      terminal.enter(word);
      await terminal.shows(/"(regist|login)" needs a name\./);
      await seen("regist NAME [PASSWORD]", 2);
      terminal.enter("quit");
      expect(await terminal.exit()).to.equal(0);
    });
  }

  it("a wrong command closes with the two commands and exit code 2", async () => {
    terminal.enter("dance with me");
    expect(await terminal.exit()).to.equal(2);
    expect(terminal.text).to.contain("The first line does not begin with a command.");
    expect(count("regist NAME [PASSWORD]")).to.equal(2);
    expect(count("login NAME [PASSWORD]")).to.equal(2);
  });

  it("a refused sign-in whose line has the password closes with 1, as it always did", async () => {
    terminal.enter(`login ${ani.username} wrong-password`);
    expect(await terminal.exit()).to.equal(1);
    expect(terminal.text).to.contain(WRONG);
  });

  it("a password that was asked for and is wrong can be tried again", async () => {
    terminal.enter(`login ${ani.username}`);
    await answer(`password for ${ani.username}: `, "wrong-password");
    await seen(WRONG, 1);
    await answer(`password for ${ani.username}: `, ani.password);
    await terminal.shows(`welcome back, ${ani.username}`);
    expect(terminal.raw).not.to.contain(ani.password).and.not.to.contain("wrong-password");
  });

  it("after three wrong passwords the program ends with 1", async () => {
    terminal.enter(`login ${ani.username}`);
    for (let tries = 1; tries <= 2; tries++) {
      await answer(`password for ${ani.username}: `, "wrong-password");
      await seen(WRONG, tries);
    }
    await answer(`password for ${ani.username}: `, "wrong-password");
    expect(await terminal.exit()).to.equal(1);
    expect(count(WRONG)).to.equal(3);
  });

  it("Enter alone in place of the password goes back to the first screen, where the tries go on", async () => {
    terminal.enter(`login ${ani.username}`);
    for (let tries = 1; tries <= 2; tries++) {
      await answer(`password for ${ani.username}: `, "wrong-password");
      await seen(WRONG, tries);
    }
    await answer(`password for ${ani.username}: `, "");
    await terminal.until("the prompt", () => terminal.typing.before === "› ");
    terminal.enter(`login ${ani.username}`);
    await answer(`password for ${ani.username}: `, "wrong-password");
    expect(await terminal.exit()).to.equal(1);
  });

  it("a new password is asked for twice, and again if the two differ", async () => {
    const name = `new-${ani.username}`;
    terminal.enter(`regist ${name}`);
    await answer(`new password for ${name}: `, "correct-horse");
    await answer("the same password again: ", "correct-hrose");
    await terminal.shows("the two passwords are not the same");
    await answer(`new password for ${name}: `, "correct-horse");
    await answer("the same password again: ", "correct-horse");
    await terminal.shows(`your account is made, ${name}`);
    for (const secret of ["correct", "horse", "hrose"]) expect(terminal.raw).not.to.contain(secret);
    await server.with((connection) => connection.login(name, "correct-horse"));
  });

  it("a new password that the server refuses is asked for again", async () => {
    const name = `new-${ani.username}`;
    terminal.enter(`regist ${name}`);
    await answer(`new password for ${name}: `, "short");
    await answer("the same password again: ", "short");
    await terminal.shows("type the password again");
    await answer(`new password for ${name}: `, "correct-horse");
    await answer("the same password again: ", "correct-horse");
    await terminal.shows(`your account is made, ${name}`);
  });

  it("after a name that is taken, another one can be given", async () => {
    terminal.enter(`regist ${ani.username}`);
    await answer(`new password for ${ani.username}: `, "correct-horse");
    await answer("the same password again: ", "correct-horse");
    await terminal.shows(`"${ani.username}" is taken`);
    await terminal.until("the prompt", () => terminal.typing.before === "› ");
    terminal.enter(`regist other-${ani.username} correct-horse`);
    await terminal.shows(`your account is made, other-${ani.username}`);
  });

  it("in Indonesian the first screen asks in Indonesian", async () => {
    const other = open({ args: ["--language", "id"] });
    await other.shows("regist");
    other.enter(`login ${ani.username}`);
    await other.shows(`kata sandi untuk ${ani.username}:`);
    const byLocale = open({ env: { LC_ALL: "id_ID.UTF-8" } });
    await byLocale.shows("regist");
    byLocale.enter(`login ${ani.username}`);
    await byLocale.shows(`kata sandi untuk ${ani.username}:`);
  });

  it("the errors of the first screen with --json are in English in any language", async () => {
    const json = open({ args: ["--json", "--language", "id"] });
    json.enter("dance");
    expect(await json.exit()).to.equal(2);
    expect(json.text.replaceAll("\n", "")).to.contain("The first line does not begin with a command.");
  });

  it("on a terminal of plain lines the first screen does the same", async () => {
    const plain = open({ args: ["--plain"] });
    await plain.shows("Obrolan, 127.0.0.1:");
    await plain.shows("type regist NAME to make an account");
    plain.enter("help");
    await plain.shows(/(type regist NAME to make an account.*){2}/s);
    plain.enter(`login ${ani.username}`);
    await plain.shows(`password for ${ani.username}:`);
    plain.enter("wrong-password");
    await plain.shows(WRONG);
    plain.enter(ani.password);
    await plain.shows(`entered as ${ani.username}`);
    expect(plain.raw).not.to.contain("\u001b").and.not.to.contain(ani.password);
  });
});

describe("The first line of a script", () => {
  const server = useServer();

  for (const line of ["help", "/help", "?", "quit", "/quit", "exit", "register ani correct-horse", "/login ani x"]) {
    it(`"${line}" in a script is a wrong command: exit code 2`, async () => {
      const { code, out, err } = await run(["--server", `127.0.0.1:${server.port}`], [line, "correct-horse"]);
      expect({ code, out }).to.deep.equal({ code: 2, out: "" });
      expect(err).to.contain("Begin with: regist NAME [PASSWORD] | login NAME [PASSWORD]");
    });
  }

  it("a script whose password is wrong is closed with 1, also if the password has a line of its own", async () => {
    const ani = await server.person("ani");
    const at = ["--server", `127.0.0.1:${server.port}`];
    const lines = [`login ${ani.username}`, "wrong-password", ani.password, "sendall never"];
    expect(await run(at, lines)).to.deep.equal({ code: 1, out: "", err: `${WRONG}\n` });
    expect(await server.history(ani)).not.to.include("never");
  });

  it("a script types a new password once", async () => {
    const at = ["--server", `127.0.0.1:${server.port}`];
    const name = `new-${(await server.person("ani")).username}`;
    const { code, err } = await run(at, [`regist ${name}`, "correct-horse", "sendall hello"]);
    expect({ code, err }).to.deep.equal({ code: 0, err: `entered as ${name}\n` });
  });
});
