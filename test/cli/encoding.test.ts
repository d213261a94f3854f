import { expect } from "chai";
import { sniff } from "../../src/cli/terminal/encoding.ts";
import { Program } from "../support/program.ts";
import { useServer } from "../support/server.ts";

/** Encodes a text in big-endian UTF-16. */
const bigEndian = (text: string) => Buffer.from(text, "utf16le").swap16();

describe("A script in another encoding", () => {
  const server = useServer();
  const script = (login: string) => `${login}\r\nsendall one\r\nsendall two`;

  async function runBytes(bytes: (login: string) => Buffer, args: string[] = []) {
    const ani = await server.person("ani");
    const program = new Program(["--server", `127.0.0.1:${server.port}`, "--recent", "0", ...args]);
    program.child.stdin?.end(bytes(`login ${ani.username} ${ani.password}`));
    const ended = await program.exit();
    expect(ended.out + ended.err).not.to.contain(ani.password);
    return ended;
  }

  it("a UTF-8 script with a byte-order mark, CRLF and no last line end is carried out", async () => {
    const { code, out } = await runBytes((login) => Buffer.from(`\ufeff${script(login)}`));
    expect(code).to.equal(0);
    expect(out).to.match(/: one\n.*: two\n$/s);
  });

  const encodings: [string, string, (text: string) => Buffer][] = [
    ["UTF-16", "UTF-16 with its mark", (text) => Buffer.from(`\ufeff${text}`, "utf16le")],
    ["UTF-16", "big-endian UTF-16 with its mark", (text) => bigEndian(`\ufeff${text}`)],
    ["UTF-16", "UTF-16 without a mark", (text) => Buffer.from(text, "utf16le")],
    ["UTF-16", "big-endian UTF-16 without a mark", bigEndian],
    ["UTF-32", "UTF-32", (text) => Buffer.from(Uint32Array.from([0xfeff, ...Buffer.from(text)]).buffer)],
  ];
  for (const [name, what, encode] of encodings) {
    it(`a script in ${what} is refused by name with exit code 2, and nothing is sent`, async () => {
      const { code, out, err } = await runBytes((login) => encode(script(login)));
      expect({ code, out }).to.deep.equal({ code: 2, out: "" });
      expect(err).to.match(new RegExp(`^Standard input is ${name}, and a script must be UTF-8\\. Nothing was sent\\.`));
    });
  }

  it("a script stops at the first line that is not UTF-8; the error has its number and not its content", async () => {
    const { code, out, err } = await runBytes((login) =>
      Buffer.from(`${login}\nsendall before\nsendall caf\u00e9\nsendall after\n`, "latin1"),
    );
    expect(code).to.equal(2);
    expect(out).to.contain(": before").and.not.to.contain("caf").and.not.to.contain("after");
    expect(err).to.match(/Line 3 of standard input is not UTF-8: neither it nor any line after it was carried out\./);
    expect(err).not.to.contain("caf");
  });

  it("the refusal of a script in another encoding is an object with --json", async () => {
    const { code, out, err } = await runBytes((login) => Buffer.from(`${login}\u00e9\n`, "latin1"), ["--json"]);
    expect({ code, err }).to.deep.equal({ code: 2, err: "" });
    expect(JSON.parse(out)).to.include({ event: "error", exitCode: 2 });
    expect(JSON.parse(out).message).to.match(/^Line 1 of standard input is not UTF-8/);
  });
});

describe("sniff", () => {
  it("the encoding is decided by no more bytes than a line has", () => {
    const plain = { kind: "utf8", skip: 0 };
    expect(sniff(Buffer.from("\n"), false)).to.deep.equal(plain);
    expect(sniff(Buffer.from("a\n"), false)).to.deep.equal(plain);
    expect(sniff(Buffer.from("a"), false)).to.deep.equal({ kind: "unknown" });
    expect(sniff(Buffer.from("a"), true)).to.deep.equal(plain);
    expect(sniff(Buffer.alloc(0), true)).to.deep.equal(plain);
    expect(sniff(Buffer.from("é\n"), false)).to.deep.equal(plain);
  });

  it("the decision waits for a whole byte-order mark", () => {
    expect(sniff(Buffer.from([0xef, 0xbb]), false)).to.deep.equal({ kind: "unknown" });
    expect(sniff(Buffer.from([0xef, 0xbb, 0xbf]), false)).to.deep.equal({ kind: "utf8", skip: 3 });
    expect(sniff(Buffer.from([0xff, 0xfe]), false)).to.deep.equal({ kind: "unknown" });
    expect(sniff(Buffer.from([0xff, 0xfe]), true)).to.deep.equal({ kind: "other", encoding: "UTF-16" });
  });
});
