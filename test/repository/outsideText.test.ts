import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";

const SERVER = path.resolve(import.meta.dirname, "../../src/server");

describe("Text from clients, in the sources of the server", () => {
  it("text from clients is normalized or segmented only where its length is bounded before", async () => {
    const found: string[] = [];
    for (const name of await readdir(SERVER, { recursive: true })) {
      if (!name.endsWith(".ts")) continue;
      const source = await readFile(path.join(SERVER, name), "utf8");
      for (const line of source.split("\n")) {
        if (!/\.normalize\(|Segmenter|localeCompare|toLocale(?:Lower|Upper)Case/.test(line)) continue;
        if (!line.trimStart().startsWith("//") && !line.trimStart().startsWith("*"))
          found.push(`${name}: ${line.trim()}`);
      }
    }
    expect(found.sort()).to.deep.equal([
      'accounts/credentials.ts: return hasAtMostBytes(password, PASSWORD_MAX_BYTES) ? password.normalize("NFC") : password;',
      // A word is cut to 2,048 code units before: test/search/words.test.ts.
      'search/wordForm.ts: .normalize("NFKD")',
      'search/wordForm.ts: return cut(folded.normalize("NFC"));',
      // Texts are at most as long as --max-text-bytes says, queries 1,024 bytes. The time of a segmenter is linear.
      'search/wordRules.ts: readonly #graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });',
      'search/wordRules.ts: readonly #words = new Intl.Segmenter("en", { granularity: "word" });',
    ]);
  });
});
