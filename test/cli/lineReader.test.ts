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

describe("LineReader", () => {
  it("lines are read as they are, without their line ends", async () => {
    expect(await all(reader("one\n  two \r\n\nthree"))).to.deep.equal(["one", "  two ", "", "three"]);
  });

  it("a line may come in chunks that split a character", async () => {
    const bytes = Buffer.from("hé\nwo");
    expect(await all(reader(bytes.subarray(0, 2), bytes.subarray(2), "rld\n"))).to.deep.equal(["hé", "world"]);
  });

  it("a line ends only at LF or CRLF, and not at other line separators of Unicode", async () => {
    expect(await all(reader("one\u2028two\u0085three\n"))).to.deep.equal(["one\u2028two\u0085three"]);
  });

  it("a line longer than any request is cut, and the next line is whole", async () => {
    const [long = "", next] = await all(reader("x".repeat(60_000), "x".repeat(60_000), `${"x".repeat(9)}\nnext\n`));
    expect(long.length).to.equal(64 * 1024 + 1);
    expect(next).to.equal("next");
  });

  it("end() resolves a pending next() with undefined", async () => {
    const lines = new LineReader(new Readable({ read() {} }));
    const next = lines.next();
    lines.end();
    expect(await next).to.equal(undefined);
  });

  it("a line may be read as a secret", async () => {
    const lines = reader("login ani\ncorrect horse\nlist\n");
    await lines.next();
    expect(await lines.secret()).to.equal("correct horse");
    expect(await lines.next()).to.equal("list");
  });
});

describe("LineReader.secret at a terminal", () => {
  function keyboard(...keys: string[]): { lines: LineReader; modes: boolean[] } {
    const modes: boolean[] = [];
    const input = Readable.from(keys.map((key) => Buffer.from(key)));
    return {
      lines: new LineReader(Object.assign(input, { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) })),
      modes,
    };
  }

  it("a typed secret can be corrected, and raw mode is off afterwards", async () => {
    const { lines, modes } = keyboard("cora", "\u007f", "rect", "\rlist\n");
    expect(await lines.secret()).to.equal("correct");
    expect(modes).to.deep.equal([true, false]);
    expect(await lines.next()).to.equal("list");
  });

  it("Ctrl-C and Ctrl-D cancel a secret", async () => {
    expect(await keyboard("abc\u0003").lines.secret()).to.equal(undefined);
    expect(await keyboard("\u0004").lines.secret()).to.equal(undefined);
  });
});
