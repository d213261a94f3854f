import { expect } from "chai";
import type { Status } from "../../src/cli/terminal/status.ts";
import { within } from "../support/deadline.ts";
import { EmulatedScreen } from "../support/emulatedScreen.ts";
import { type Emulator, type EmulatorOptions, Xterm } from "../support/emulator.ts";
import { ReflowEmulator } from "../support/reflowEmulator.ts";

const UP = "\u001b[A";
type MakeEmulator = (options: EmulatorOptions) => Emulator;
const newXterm: MakeEmulator = (options) => new Xterm(options);
const newReflowEmulator: MakeEmulator = (options) => new ReflowEmulator(options);
const STATUS: Status = {
  server: "chat.example.org:7000",
  isEncrypted: true,
  username: "ani",
  connection: { kind: "live" },
  here: 3,
  unread: 0,
  isSayMode: false,
};

describe("The live area", () => {
  const screens: EmulatedScreen[] = [];

  afterEach(async () => {
    await Promise.all(screens.splice(0).map(({ screen }) => screen.close()));
  });

  async function open(size = { columns: 60, rows: 24 }, make: MakeEmulator = newXterm) {
    const terminal = new EmulatedScreen(make, size);
    screens.push(terminal);
    await terminal.settle();
    return terminal;
  }

  it("pending lines are above the input, hint and status below it, and the cursor is in the input", async () => {
    const terminal = await open();
    const { screen, emulator } = terminal;
    await screen.show({ kind: "note", text: "hello" });
    screen.setStatus(STATUS);
    screen.setPending([
      { requestId: "1", line: "sendall one", isHeld: false },
      { requestId: "2", line: "sendall two", isHeld: true },
    ]);
    screen.offer({ line: "what now", alternative: undefined, hint: "Enter: try again" });
    await terminal.settle();
    expect(emulator.rows).to.deep.equal([
      "· hello",
      "  sending: sendall one",
      "  waiting: sendall two",
      "› what now",
      "  Enter: try again",
      "  ani · chat.example.org:7000 · TLS · 3 here",
    ]);
    expect(emulator.cursor).to.deep.equal({ row: 3, column: 10 });
  });

  it("a long input takes at most half of the screen, scrolls with the cursor, and shows that there is more", async () => {
    const terminal = await open({ columns: 30, rows: 12 });
    const { emulator } = terminal;
    const lines = Array.from({ length: 10 }, (_, index) => `line ${index + 1}`);
    terminal.press(`\u001b[200~${lines.join("\r")}\u001b[201~`);
    await terminal.settle();
    expect(emulator.rows).to.deep.equal(["⋮ line 5", "  line 6", "  line 7", "  line 8", "  line 9", "  line 10"]);
    terminal.press(UP.repeat(6));
    await terminal.settle();
    expect(emulator.rows).to.deep.equal(["⋮ line 4", "  line 5", "  line 6", "  line 7", "  line 8", "⋮ line 9"]);
    expect(emulator.cursor).to.deep.equal({ row: 0, column: 8 });
    terminal.press(UP.repeat(3));
    await terminal.settle();
    expect(emulator.rows[0]).to.equal("› line 1");
  });

  it("on a terminal of three rows, only the input is drawn", async () => {
    const terminal = await open({ columns: 40, rows: 3 });
    terminal.screen.setStatus(STATUS);
    terminal.screen.setPending([{ requestId: "1", line: "sendall one", isHeld: false }]);
    terminal.press("typed");
    await terminal.settle();
    expect(terminal.emulator.rows).to.deep.equal(["› typed"]);
  });

  it("the last pending lines are shown, and how many there are before them", async () => {
    const terminal = await open();
    const pending = (index: number) => ({ requestId: `${index}`, line: `sendall ${index}`, isHeld: true });
    terminal.screen.setPending(Array.from({ length: 9 }, (_, index) => pending(index)));
    await terminal.settle();
    expect(terminal.emulator.rows).to.deep.equal([
      "  7 more lines are not sent yet",
      "  waiting: sendall 7",
      "  waiting: sendall 8",
      "›",
    ]);
  });

  it("a narrow status row leaves out what matters least, and says first that the connection is lost", async () => {
    const terminal = await open({ columns: 200, rows: 24 });
    const { screen, emulator } = terminal;
    const connection = { kind: "away", sinceMs: performance.now() - 65_000 } as const;
    screen.setStatus({ ...STATUS, connection, unread: 2, isSayMode: true });
    const bottom = async (columns: number) => {
      await terminal.resize(columns, 24);
      return emulator.rows.at(-1)?.replace(/1:\d\d/, "1:05");
    };
    expect(await bottom(200)).to.equal(
      "  connection lost 1:05 ago, trying again · 2 new · ani · chat.example.org:7000 · TLS · 3 here · say mode: lines go to everyone",
    );
    expect(await bottom(100)).to.equal(
      "  connection lost 1:05 ago, trying again · 2 new · ani · say mode: lines go to everyone",
    );
    expect(await bottom(50)).to.equal("  connection lost 1:05 ago, trying again · 2 new");
    expect(await bottom(25)).to.equal("  connection lost 1:05 …");
  });

  it("the time since the connection was lost goes on while nothing else happens", async () => {
    const terminal = await open();
    const sinceMs = performance.now() - 59_500;
    terminal.screen.setStatus({ ...STATUS, connection: { kind: "away", sinceMs } });
    await terminal.settle();
    expect(terminal.emulator.rows.at(-1)).to.contain("0:59");
    const goesOn = async () => {
      while (!terminal.emulator.rows.at(-1)?.includes("1:00")) await terminal.settle();
    };
    await within(goesOn(), "the status row to count");
  });

  it("what is unchanged is not written again", async () => {
    const terminal = await open();
    terminal.screen.setStatus(STATUS);
    await terminal.settle();
    const { writes } = terminal;
    terminal.screen.setStatus({ ...STATUS });
    await terminal.settle();
    expect(terminal.writes).to.equal(writes);
  });

  it("the title of the window has the number of unread messages", async () => {
    const terminal = await open();
    terminal.screen.setStatus({ ...STATUS, unread: 4 });
    await terminal.settle();
    expect(terminal.emulator.title).to.equal("(4) Obrolan · chat.example.org:7000");
  });

  it("a half of the width, at which both habits of terminals leave the cursor in the same column, loses nothing", async () => {
    for (const make of [newXterm, newReflowEmulator]) {
      const terminal = await open({ columns: 80, rows: 24 }, make);
      for (const text of ["one", "two"]) await terminal.screen.show({ kind: "note", text });
      terminal.press("\u001b[200~first\rsecond\u001b[201~");
      await terminal.resize(40, 24);
      expect(terminal.emulator.rows).to.deep.equal(["· one", "· two", "› first", "  second"]);
    }
  });

  it("a terminal that does not answer where its cursor is, is taken for one that wraps again", async () => {
    const silent = ({ columns, rows }: EmulatorOptions) => new ReflowEmulator({ columns, rows });
    const terminal = new EmulatedScreen(silent, { columns: 80, rows: 24 }, { answerLimitMs: 1 });
    screens.push(terminal);
    await terminal.screen.show({ kind: "note", text: "one" });
    terminal.press("\u001b[200~first\rsecond\u001b[201~");
    await terminal.resize(40, 24);
    const isDrawn = async () => {
      while (terminal.emulator.rows.length !== 3) await terminal.settle();
    };
    await within(isDrawn(), () => `the input to be drawn:\n${terminal.emulator.rows.join("\n")}`);
    expect(terminal.emulator.rows).to.deep.equal(["· one", "› first", "  second"]);
  });

  it("the area is removed at the end, and the answer that has not come is waited for", async () => {
    const terminal = await open();
    terminal.screen.setStatus(STATUS);
    await terminal.screen.show({ kind: "note", text: "bye" });
    terminal.press("🇮🇩");
    await terminal.settle();
    terminal.press("🇮🇩");
    await terminal.screen.close();
    expect(terminal.emulator.rows).to.deep.equal(["· bye"]);
    expect(terminal.unansweredQuestions).to.equal(0);
  });
});
