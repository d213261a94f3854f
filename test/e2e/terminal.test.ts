import { expect } from "chai";
import { useFreshServer } from "../support/server.ts";
import { useTerminals } from "../support/terminals.ts";

describe("The commands of the original chat program, in the terminal", () => {
  const server = useFreshServer();
  const { open, enter } = useTerminals(server);

  it(`"regist NAME PASSWORD" on the first screen makes the account and enters the room at once`, async () => {
    const terminal = open();
    await terminal.shows("regist NAME [PASSWORD]");
    terminal.enter("regist ani correct-horse");
    await terminal.shows("your account is made, ani");
    await terminal.shows(/1 here:\n {2}you/);
    terminal.enter("sendall hello, is anybody here?");
    await terminal.shows(/\d\d:\d\d you {2}hello, is anybody here\?/);
  });

  it(`"regist" with an existing name is refused: the client says why and ends with 1`, async () => {
    const ani = await server.person("ani");
    const terminal = open();
    await terminal.shows("regist NAME [PASSWORD]");
    terminal.enter(`regist ${ani.username} another-password`);
    expect(await terminal.exit()).to.equal(1);
    expect(terminal.text).to.match(new RegExp(`"${ani.username}" is taken`));
  });

  it(`"login NAME PASSWORD" enters the room`, async () => {
    const ani = await server.person("ani");
    const terminal = open();
    await terminal.shows("login NAME [PASSWORD]");
    terminal.enter(`login ${ani.username} ${ani.password}`);
    await terminal.shows(`welcome back, ${ani.username}`);
    await terminal.shows(/1 here:\n {2}you/);
  });

  it(`"login" with an unknown name or a wrong password is refused with the same words and exit code 1`, async () => {
    const ani = await server.person("ani");
    const said: string[] = [];
    for (const line of ["login nobody correct-horse", `login ${ani.username} wrong-password`]) {
      const terminal = open();
      await terminal.shows("login NAME [PASSWORD]");
      terminal.enter(line);
      expect(await terminal.exit()).to.equal(1);
      said.push(terminal.text.split("\n").at(-1) ?? "");
    }
    expect(said[0]).to.equal("No account has this name and password.");
    expect(said[1]).to.equal(said[0]);
  });

  it("a wrong command on the first screen is answered with the two commands and exit code 2", async () => {
    const terminal = open();
    await terminal.shows("login NAME [PASSWORD]");
    terminal.enter("sendall hello");
    expect(await terminal.exit()).to.equal(2);
    const answer = terminal.text.slice(terminal.text.indexOf('"sendall" is a command of the room: sign in first.'));
    expect(answer).to.contain("regist NAME [PASSWORD]").and.to.contain("login NAME [PASSWORD]");
  });

  it(`"sendall TEXT" reaches everyone who is there, the sender too`, async () => {
    const [ani, budi, cici] = await server.people("ani", "budi", "cici");
    const [here, there, elsewhere] = [await enter(ani), await enter(budi), await enter(cici)];
    here.enter("sendall halo semuanya");
    await here.shows(/ you {2}halo semuanya/);
    await there.shows(`${ani.username}  halo semuanya`);
    await elsewhere.shows(`${ani.username}  halo semuanya`);
  });

  it(`"sendto NAME TEXT" reaches that user alone, and both see that it is private`, async () => {
    const [ani, budi, cici] = await server.people("ani", "budi", "cici");
    const [here, there, elsewhere] = [await enter(ani), await enter(budi), await enter(cici)];
    here.enter(`sendto ${budi.username} psst`);
    await here.shows(`you → ${budi.username}  psst`);
    await there.shows(`${ani.username} → you  psst`);
    here.enter("sendall and now all of you");
    await elsewhere.shows("and now all of you");
    expect(elsewhere.text).not.to.contain("psst");
  });

  it(`"sendto" an offline or unknown user is refused with a sentence, and the room goes on`, async () => {
    const [ani, budi] = await server.people("ani", "budi");
    const terminal = await enter(ani);
    terminal.enter(`sendto ${budi.username} are you there?`);
    await terminal.shows(new RegExp(`not sent: .*${budi.username}.*not online`, "s"));
    terminal.enter("sendto nobody-at-all hello?");
    await terminal.shows(/not sent: .*nobody-at-all/);
    terminal.enter("sendall never mind");
    await terminal.shows("you  never mind");
  });

  it(`"list" shows who is online`, async () => {
    const [ani, budi] = await server.people("ani", "budi");
    const terminal = await enter(ani);
    await enter(budi);
    await terminal.shows(`${budi.username} came in`);
    terminal.enter("list");
    await terminal.shows(new RegExp(`2 here:\\n {2}you +${budi.username}`));
  });

  it(`"logout" leaves the room and ends with 0; the account stays and can log in again`, async () => {
    const [ani, budi] = await server.people("ani", "budi");
    const witness = await enter(budi);
    const terminal = await enter(ani);
    await witness.shows(`${ani.username} came in`);
    terminal.enter("logout");
    expect(await terminal.exit()).to.equal(0);
    expect(terminal.text).to.contain(`logged out; the account ${ani.username} stays`);
    await witness.shows(`${ani.username} left`);
    await enter(ani);
  });

  it("any other command is answered by the server with the list of commands", async () => {
    const terminal = await enter(await server.person("ani"));
    terminal.enter("dance with me");
    await terminal.shows("dance is not a command.");
    await terminal.shows("You can type: sendall TEXT · sendto NAME TEXT · list · logout · help");
    terminal.enter("help");
    for (const command of ["sendall TEXT", "sendto NAME TEXT", "list", "logout", "help"]) {
      await terminal.shows(new RegExp(`^ {2}${command} {2}`, "m"));
    }
  });
});
