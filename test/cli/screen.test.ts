import { once } from "node:events";
import { PassThrough, Writable } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import { expect } from "chai";
import { Screen } from "../../src/cli/screen/screen.ts";

/** A terminal that records every write. With a high-water mark of 1 it accepts the next write after `take()`. */
class FakeTerminal extends Writable {
  readonly columns = 80;
  readonly rows = 24;
  readonly writes: string[] = [];
  #take: (() => void) | undefined;

  constructor(highWaterMark = 1024 * 1024) {
    super({ decodeStrings: false, highWaterMark });
  }

  hasColors(): boolean {
    return false;
  }

  override _write(text: string, _encoding: string, done: () => void): void {
    this.writes.push(text);
    this.emit("written");
    this.#take = done;
    if (this.writableHighWaterMark > 1) done();
  }

  take(): void {
    this.#take?.();
  }
}

function open(terminal: FakeTerminal): { screen: Screen; keys: PassThrough } {
  const keys = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  const [input, tty] = [keys as unknown as ReadStream, terminal as unknown as WriteStream];
  return { screen: new Screen({ input, tty, env: { TERM: "xterm", LANG: "C.UTF-8" }, answerLimitMs: 1 }), keys };
}

const joined = { kind: "presence", joined: ["budi"], left: [], reset: false } as const;

describe("Screen", () => {
  it("a burst of items is one write", async () => {
    const terminal = new FakeTerminal();
    const { screen } = open(terminal);
    await once(terminal, "written");
    for (let index = 0; index < 100; index++) await screen.show(joined);
    await once(terminal, "written");
    expect(terminal.writes).to.have.length(2);
    expect(terminal.writes[1]?.match(/budi came in/g)).to.have.length(100);
    await screen.close();
  });

  it("show() waits while the terminal takes no output and the queue is full", async () => {
    const terminal = new FakeTerminal(1);
    const { screen } = open(terminal);
    await once(terminal, "written");
    let shown = 0;
    const showing = (async () => {
      for (; shown < 10_000; shown++) await screen.show(joined);
    })();
    await new Promise((resolve) => setImmediate(resolve));
    const before = shown;
    expect(before).to.be.within(1, 9_999);
    terminal.on("written", () => setImmediate(() => terminal.take()));
    terminal.take();
    await showing;
    expect(shown).to.equal(10_000);
    await screen.close();
  });

  it("lines that are typed ahead are returned one by one, and Ctrl-D ends them", async () => {
    const { screen, keys } = open(new FakeTerminal());
    keys.write("one\rtwo\r\u0004");
    expect([await screen.line(), await screen.line(), await screen.line()]).to.deep.equal(["one", "two", undefined]);
    await screen.close();
  });

  it("a secret is not written while it is typed", async () => {
    const terminal = new FakeTerminal();
    const { screen, keys } = open(terminal);
    const secret = screen.secret("password: ");
    await once(terminal, "written");
    keys.write("correct horse\r");
    expect(await secret).to.equal("correct horse");
    await screen.close();
    expect(terminal.writes.join("")).to.contain("password: ").and.not.to.contain("horse");
  });

  it("Ctrl-C twice aborts the signal interrupted, and ends the lines", async () => {
    const { screen, keys } = open(new FakeTerminal());
    const line = screen.line();
    keys.write("\u0003\u0003");
    expect(await line).to.equal(undefined);
    expect(screen.interrupted.aborted).to.equal(true);
    await screen.close();
  });

  it("Ctrl-C once aborts the signal interrupted after the end of the lines", async () => {
    const { screen, keys } = open(new FakeTerminal());
    keys.write("\u0004");
    expect(await screen.line()).to.equal(undefined);
    expect(screen.interrupted.aborted).to.equal(false);
    const aborted = once(screen.interrupted, "abort");
    keys.write("\u0003");
    await aborted;
    await screen.close();
  });

  it("a terminal that was closed ends the lines", async () => {
    const { screen, keys } = open(new FakeTerminal());
    keys.destroy(new Error("EIO"));
    expect(await screen.line()).to.equal(undefined);
    await screen.close();
  });
});
