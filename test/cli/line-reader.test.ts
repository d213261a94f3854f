import { Readable } from "node:stream";
import { expect } from "chai";
import { LineReader } from "../../src/cli/terminal/lineReader.ts";

function reader(...chunks: (string | Buffer)[]): LineReader {
  return new LineReader(Readable.from(chunks.map((chunk) => Buffer.from(chunk))));
}

async function all(lines: LineReader): Promise<string[]> {
  const read: string[] = [];
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) read.push(line);
  return read;
}

describe("the lines of a script", () => {
  it("are read as they are, without their ends", async () => {
    expect(await all(reader("one\n  two \r\n\nthree"))).to.deep.equal(["one", "  two ", "", "three"]);
  });

  it("may come in pieces, even in the middle of a character", async () => {
    const bytes = Buffer.from("hé\nwo");
    expect(await all(reader(bytes.subarray(0, 2), bytes.subarray(2), "rld\n"))).to.deep.equal(["hé", "world"]);
  });

  it("end only at line ends, and not at what else separates lines in Unicode", async () => {
    expect(await all(reader("one\u2028two\u0085three\n"))).to.deep.equal(["one\u2028two\u0085three"]);
  });

  it("are cut where they are longer than anything that can be sent, and the next one is whole", async () => {
    const [long = "", next] = await all(reader("x".repeat(60_000), "x".repeat(60_000), `${"x".repeat(9)}\nnext\n`));
    expect(long.length).to.equal(64 * 1024 + 1);
    expect(next).to.equal("next");
  });

  it("end for whoever waits for one when there are to be no more", async () => {
    const lines = new LineReader(new Readable({ read() {} }));
    const next = lines.next();
    lines.end();
    expect(await next).to.equal(undefined);
  });

  it("may be a secret", async () => {
    const lines = reader("login ani\ncorrect horse\nlist\n");
    await lines.next();
    expect(await lines.secret()).to.equal("correct horse");
    expect(await lines.next()).to.equal("list");
  });
});

describe("a secret that somebody types blindly", () => {
  function keyboard(...keys: string[]): { lines: LineReader; modes: boolean[] } {
    const modes: boolean[] = [];
    const input = Readable.from(keys.map((key) => Buffer.from(key)));
    return {
      lines: new LineReader(Object.assign(input, { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) })),
      modes,
    };
  }

  it("may be corrected, and the terminal is as before afterwards", async () => {
    const { lines, modes } = keyboard("cora", "\u007f", "rect", "\rlist\n");
    expect(await lines.secret()).to.equal("correct");
    expect(modes).to.deep.equal([true, false]);
    expect(await lines.next()).to.equal("list");
  });

  it("is given up with Ctrl-C and Ctrl-D", async () => {
    expect(await keyboard("abc\u0003").lines.secret()).to.equal(undefined);
    expect(await keyboard("\u0004").lines.secret()).to.equal(undefined);
  });
});
