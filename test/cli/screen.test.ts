import { once } from "node:events";
import { PassThrough, Writable } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import { expect } from "chai";
import { Screen } from "../../src/cli/terminal/screen.ts";

/** A terminal that counts what is written to it, and takes more only when it is told to. */
class Paper extends Writable {
  readonly columns = 80;
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

function open(paper: Paper): { screen: Screen; keys: PassThrough } {
  const keys = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  return { screen: new Screen(keys as unknown as ReadStream, paper as unknown as WriteStream), keys };
}

const message = { kind: "presence", joined: ["budi"], left: [], reset: false } as const;

describe("Screen", () => {
  it("A burst of items is written at once.", async () => {
    const paper = new Paper();
    const { screen } = open(paper);
    await once(paper, "written");
    for (let index = 0; index < 100; index++) await screen.show(message);
    await once(paper, "written");
    expect(paper.writes).to.have.length(2);
    expect(paper.writes[1]?.match(/budi came in/g)).to.have.length(100);
    await screen.close();
  });

  it("show() waits while the terminal takes no output and the queue is full.", async () => {
    const paper = new Paper(1);
    const { screen } = open(paper);
    await once(paper, "written");
    let shown = 0;
    const showing = (async () => {
      for (; shown < 10_000; shown++) await screen.show(message);
    })();
    await new Promise((resolve) => setImmediate(resolve));
    const before = shown;
    expect(before).to.be.within(1, 9_999);
    paper.on("written", () => setImmediate(() => paper.take()));
    paper.take();
    await showing;
    expect(shown).to.equal(10_000);
    await screen.close();
  });

  it("Lines typed ahead come one after the other, and then undefined.", async () => {
    const { screen, keys } = open(new Paper());
    keys.write("one\rtwo\r\u0004");
    expect([await screen.line(), await screen.line(), await screen.line()]).to.deep.equal(["one", "two", undefined]);
    await screen.close();
  });

  it("A secret is not written while it is typed.", async () => {
    const paper = new Paper();
    const { screen, keys } = open(paper);
    const secret = screen.secret("password: ");
    keys.write("correct horse\r");
    expect(await secret).to.equal("correct horse");
    await screen.close();
    expect(paper.writes.join("")).to.contain("password: ").and.not.to.contain("horse");
  });

  it("Ctrl-C aborts the interrupted signal and ends the lines.", async () => {
    const { screen, keys } = open(new Paper());
    const line = screen.line();
    keys.write("\u0003");
    expect(await line).to.equal(undefined);
    expect(screen.interrupted.aborted).to.equal(true);
    await screen.close();
  });
});
