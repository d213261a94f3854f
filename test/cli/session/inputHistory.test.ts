import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { InputHistory } from "../../../src/cli/session/inputHistory.ts";
import { useFolder } from "../../support/folder.ts";
import { openProfile } from "./profile.ts";

describe("InputHistory", () => {
  const folder = useFolder();
  let file: string;

  beforeEach(() => {
    file = path.join(folder.path, "profiles/default/history.jsonl");
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  });

  function open() {
    const { files, problems } = openProfile(folder.path);
    return { history: new InputHistory(files), problems };
  }

  function write(text: string): void {
    writeFileSync(file, text, { mode: 0o600 });
  }

  it("lines are kept for the next program, the newest last, and a text with several lines is one entry", async () => {
    const { history } = open();
    expect(await history.read()).to.deep.equal([]);
    const lines = ["sendall one", "sendall two\nand its second line\n", 'say "hi" \\ 👨‍👩‍👧', "\u2028"];
    for (const line of lines) void history.add(line);
    await history.add("last");
    expect(await open().history.read()).to.deep.equal([...lines, "last"]);
  });

  it("the lines of two programs at once are all kept, each in its order", async () => {
    const programs = ["a", "b"].map((name) => ({ name, ...open() }));
    const adding = programs.flatMap(({ name, history }) =>
      Array.from({ length: 100 }, (_, index) => history.add(`${name} ${index}`)),
    );
    await Promise.all(adding);
    const lines = await open().history.read();
    for (const { name } of programs) {
      const own = lines.filter((line) => line.startsWith(name));
      expect(own).to.deep.equal(Array.from({ length: 100 }, (_, index) => `${name} ${index}`));
    }
  });

  it("the history keeps the newest 1,000 entries", async () => {
    write(Array.from({ length: 1100 }, (_, index) => `"${index}"\n`).join(""));
    const lines = await open().history.read();
    expect(lines).to.have.length(1000);
    expect([lines[0], lines.at(-1)]).to.deep.equal(["100", "1099"]);
    expect(readFileSync(file, "utf8").split("\n")).to.have.length(1001);
  });

  it("the history keeps the newest 256 KiB", async () => {
    const entry = "x".repeat(64 * 1024 - 1);
    write(Array.from({ length: 8 }, (_, index) => `${JSON.stringify(`${index}${entry}`)}\n`).join(""));
    expect((await open().history.read()).map((line) => line[0])).to.deep.equal(["4", "5", "6", "7"]);
  });

  it("the file of a program that runs for long stays within twice the bounds", async () => {
    const { history } = open();
    const line = "x".repeat(16 * 1024);
    for (let count = 0; count < 200; count++) await history.add(`${count} ${line}`);
    expect(statSync(file).size).to.be.below(2 * 256 * 1024 + 32 * 1024);
    expect((await open().history.read()).at(-1)).to.match(/^199 /);
    for (let count = 0; count < 1300; count++) void history.add(String(count));
    await history.add("last");
    expect(readFileSync(file, "utf8").split("\n").length).to.be.at.most(1202);
  });

  it("an entry larger than the whole history is left out", async () => {
    const { history } = open();
    await history.add("before");
    await history.add("x".repeat(256 * 1024 + 1));
    await history.add("after");
    expect(await open().history.read()).to.deep.equal(["before", "after"]);
  });

  it("a line that a killed program left unfinished is dropped, and damages no other entry", async () => {
    await open().history.add("whole");
    appendFileSync(file, '"half of a li');
    const { history, problems } = open();
    expect(await history.read()).to.deep.equal(["whole"]);
    await history.add("next");
    expect(await open().history.read()).to.deep.equal(["whole", "next"]);
    expect(problems).to.deep.equal([]);
  });

  it("a file without any entry is set aside", async () => {
    write("sendall not JSON\n17\n");
    const { history, problems } = open();
    expect(await history.read()).to.deep.equal([]);
    expect(problems).to.deep.equal([{ kind: "damaged", path: file, movedTo: `${file}.damaged` }]);
    await history.add("next");
    expect(await open().history.read()).to.deep.equal(["next"]);
  });
});
