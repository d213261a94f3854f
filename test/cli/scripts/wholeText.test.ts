import { expect } from "chai";
import type { InputError } from "../../../src/cli/terminal/inputError.ts";
import type { Input } from "../../../src/cli/terminal/lineReader.ts";
import { readWholeText } from "../../../src/cli/terminal/wholeInput.ts";

/** An input of these chunks. */
async function* inputOf(...chunks: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk as string);
}

function refusal(input: Input): Promise<InputError> {
  return readWholeText(input).then(
    (text) => expect.fail(`it was read: ${text}`),
    (error: InputError) => error,
  );
}

describe("A text that is read whole", () => {
  it("all lines are one text, without the last line end", async () => {
    expect(await readWholeText(inputOf("one\nt", "wo\n"))).to.equal("one\ntwo");
    expect(await readWholeText(inputOf("one\r\n"))).to.equal("one");
    expect(await readWholeText(inputOf("one\n\n"))).to.equal("one\n");
    expect(await readWholeText(inputOf())).to.equal("");
  });

  it("a character may come in two chunks, and a byte-order mark is left out", async () => {
    const bytes = Buffer.from("\ufeffcaf\u00e9 😀");
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(await readWholeText(inputOf(bytes.subarray(0, at), bytes.subarray(at)))).to.equal("caf\u00e9 😀");
    }
  });

  it("a text that has U+FFFD in valid UTF-8 is sent as it is", async () => {
    expect(await readWholeText(inputOf("\ufffd"))).to.equal("\ufffd");
  });

  it("other encodings are refused, and the error does not repeat the text", async () => {
    const latin1 = await refusal(inputOf(Buffer.from("secret caf\u00e9", "latin1")));
    expect(latin1).to.include({ exitCode: 2 });
    expect(latin1.message)
      .to.match(/^Standard input is not UTF-8\. Nothing was sent\./)
      .and.not.to.contain("secret");
    const utf16 = await refusal(inputOf(Buffer.from("\ufeffhello", "utf16le")));
    expect(utf16).to.include({ exitCode: 2 });
    expect(utf16.message).to.match(/^Standard input is UTF-16, and a text must be UTF-8\./);
  });

  it("an endless input is read up to 64 KiB, and refused with the limit of a text", async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        read += 1024;
        yield Buffer.alloc(1024, "x");
      }
    }
    const error = await refusal(endless());
    expect(error).to.include({ exitCode: 1 });
    expect(error.message).to.match(/longer than 65536 bytes\. Nothing was sent\. A text has at most 4096 bytes/);
    expect(read).to.be.at.most(66 * 1024);
  });

  it("an input that fails is reported with the cause", async () => {
    const broken = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("it is a directory")) }) };
    const error = await refusal(broken);
    expect(error).to.include({ exitCode: 4, message: "Standard input cannot be read: it is a directory." });
  });
});
