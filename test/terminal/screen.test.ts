import { access, chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { sendAll } from "../support/commands.ts";
import { useFolder } from "../support/folder.ts";
import { useFreshServer } from "../support/server.ts";
import { PROGRAM, Terminal } from "../support/terminal.ts";
import { useTerminals } from "../support/terminals.ts";

const MESSAGES = 1_000;
/** Text whose width terminals disagree about, and some about which they do not. */
const TEXTS = ["plain words", "漢字かな交じり文", "🇮🇩🇯🇵🇫🇷🇺🇦", "👨‍👩‍👧‍👦👩🏽‍🚀❤️‍🔥", "กำลังพิมพ์อยู่", "नमस्ते क्षत्रिय"];
const ALL_TEXTS = TEXTS.join(" ");
const PASTE = { begin: "\u001b[200~", end: "\u001b[201~" };

/** The whole live area is one line for the terminal. Its rows may be broken at blanks. */
function liveArea(terminal: Terminal): string {
  return withoutBlanks(terminal.screen.lines.at(-1) ?? "");
}

function withoutBlanks(text: string): string {
  return text.replace(/\s/gu, "");
}

/** The numbers of the messages `m1`, `m2` and so on, in the order in which they are shown. */
function shownNumbers(terminal: Terminal): number[] {
  return terminal.screen.lines.flatMap((line) => {
    const [, number] = / {2}m(\d+)$/.exec(line) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
}

describe("The screen of a person", () => {
  const server = useFreshServer();
  const { open, enter } = useTerminals(server);
  const folder = useFolder();

  for (const columns of [40, 80, 200]) {
    it(`what is typed at ${columns} columns stays whole while ${MESSAGES} messages arrive and the window is resized`, async () => {
      const [ani, budi] = await server.people("ani", "budi");
      const terminal = await enter(ani, { columns });
      const chat = await server.enter(budi);
      terminal.type("sendall ");
      const parts = ALL_TEXTS.match(/.{1,6}/gsu) ?? [];
      for (let number = 1; number <= MESSAGES; number++) {
        chat.send(sendAll(`m${number}`));
        if (number % 20 === 0) {
          terminal.type(parts.shift() ?? "");
          await terminal.shows(new RegExp(`  m${number}$`, "m"));
        }
        if (number === 300) terminal.resize(columns - 10, 24);
        if (number === 600) terminal.resize(columns + 20, 30);
      }
      terminal.type(parts.join(""));
      const whole = withoutBlanks(`› sendall ${ALL_TEXTS}`);
      await terminal.until("the whole input", () => liveArea(terminal).startsWith(whole));
      await terminal.until("the cursor behind the input", () => whole.endsWith(withoutBlanks(terminal.typing.before)));
      expect(shownNumbers(terminal)).to.deep.equal(Array.from({ length: MESSAGES }, (_, index) => index + 1));
      terminal.type("\r");
      await terminal.shows(/you {2}plain words/);
      expect(await server.history(budi)).to.include(ALL_TEXTS);
      const isAlone = () => terminal.screen.lines.filter((line) => line.startsWith("›")).length === 1;
      await terminal.until("one input", isAlone);
    });
  }

  it("four messages are all seen while 18 flags are typed at 80 columns", async () => {
    const [ani, budi] = await server.people("ani", "budi");
    const terminal = await enter(ani);
    const chat = await server.enter(budi);
    const flags = "🇮🇩".repeat(18);
    terminal.type(`sendall ${flags}`);
    await terminal.until("the flags", () => liveArea(terminal).startsWith(`›sendall${flags}`));
    for (const text of ["one", "two", "three", "four"]) await chat.accept(sendAll(text));
    await terminal.shows(/ one\n.* two\n.* three\n.* four\n› sendall/);
    expect(liveArea(terminal)).to.match(new RegExp(`^›sendall${flags}`));
  });

  it("a paste of several lines is one message, also if a line of it is a command", async () => {
    const [ani, budi] = await server.people("ani", "budi");
    const terminal = await enter(ani);
    const chat = await server.enter(budi);
    terminal.type(`sendall ${PASTE.begin}first\rlogout\r`);
    terminal.type(`third${PASTE.end}`);
    await terminal.until("the last line", () => terminal.typing.before === "  third");
    terminal.type("\r");
    expect((await chat.next("message")).text).to.equal("first\nlogout\nthird");
    await terminal.until("an empty input", () => terminal.typing.before === "› ");
  });

  it("the status row says who and where one is, and the title of the window has the server", async () => {
    const ani = await server.person("ani");
    const terminal = await enter(ani);
    await terminal.shows(new RegExp(`^  ${ani.username} · 127\\.0\\.0\\.1:\\d+ · .*1 here`, "m"));
    expect(terminal.screen.title).to.match(/^Obrolan · 127\.0\.0\.1:\d+$/);
  });

  it("Ctrl-Z gives the terminal back to the shell, and fg draws the input again", async () => {
    const ani = await server.person("ani");
    const shell = new Terminal(["--noprofile", "--norc", "-i"], { command: "bash", env: { PS1: "shell$ " } });
    try {
      await shell.shows("shell$");
      shell.enter(`'${process.execPath}' '${PROGRAM}' --server 127.0.0.1:${server.port}`);
      await shell.shows("login NAME [PASSWORD]");
      shell.enter(`login ${ani.username} ${ani.password}`);
      await shell.shows(/\d+ here:/);
      shell.type("sendall half");
      await shell.until("the typed text", () => shell.typing.before === "› sendall half");
      shell.type("\u001a");
      await shell.until("the shell", () => /Stopped/.test(shell.text) && shell.typing.before.endsWith("shell$ "));
      expect(shell.text).not.to.contain("› sendall half");
      shell.enter("stty -a | grep -o -w -- -icanon; echo cooked");
      await shell.shows(/^cooked/m);
      expect(shell.text).not.to.match(/^-icanon/m);
      shell.enter("fg");
      await shell.until("the input", () => shell.typing.before === "› sendall half");
      shell.type(" and whole\r");
      await shell.shows("you  half and whole");
    } finally {
      await shell.close();
    }
  });

  it("Ctrl-Z does nothing if there is no shell that could continue the program", async () => {
    const terminal = await enter(await server.person("ani"));
    terminal.type("sendall half\u001a and whole");
    await terminal.until("the input", () => terminal.typing.before === "› sendall half and whole");
    terminal.type("\r");
    await terminal.shows("you  half and whole");
  });

  it("Ctrl-X Ctrl-E edits the text in $EDITOR, in a file that only its owner can read, and removes the file", async () => {
    const editor = path.join(folder.path, "editor");
    // The editor appends the modes of the file and of its folder, and the path of the folder.
    const script = [
      "#!/bin/sh",
      'folder=$(dirname "$1")',
      'echo "$(cat "$1")" $(stat -c %a "$1" "$folder") "$folder" > "$1"',
    ];
    await writeFile(editor, `${script.join("\n")}\n`);
    await chmod(editor, 0o700);
    const terminal = await enter(await server.person("ani"), { columns: 200, env: { EDITOR: editor, VISUAL: "" } });
    terminal.type("sendall kopi");
    await terminal.until("the typed text", () => terminal.typing.before === "› sendall kopi");
    terminal.type("\u0018\u0005");
    await terminal.until("the edited text", () => /^› sendall kopi 600 700 \S+$/.test(terminal.typing.before));
    const [, used = ""] = / 700 (\S+)$/.exec(terminal.typing.before) ?? [];
    expect(
      await access(used).then(
        () => "exists",
        () => "is gone",
      ),
    ).to.equal("is gone");
    terminal.type("\r");
    await terminal.shows(/you {2}kopi 600 700/);
  });

  it("the modes of the terminal are restored when the program is ended by a signal", async () => {
    const terminal = open();
    await terminal.shows("login NAME [PASSWORD]");
    await terminal.until("the mode for pastes", () => terminal.raw.includes("\u001b[?2004h"));
    terminal.kill("SIGTERM");
    await terminal.exit();
    expect(terminal.raw.endsWith("\u001b[?2004l\u001b[23;2t\r\n")).to.equal(true);
  });

  it("on a terminal whose locale is not UTF-8, the program says so once and goes on", async () => {
    const terminal = await enter(await server.person("ani"), { env: { LANG: "C" } });
    expect(terminal.text.match(/not UTF-8/g)).to.have.length(1);
  });
});
