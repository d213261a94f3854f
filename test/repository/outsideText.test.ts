import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";

const SERVER = path.resolve(import.meta.dirname, "../../src/server");

describe("Text from clients, in the sources of the server", () => {
  it("only accounts/credentials.ts normalizes text from clients, after a check of its length in bytes", async () => {
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
    expect(found).to.deep.equal([
      'accounts/credentials.ts: return hasAtMostBytes(password, PASSWORD_MAX_BYTES) ? password.normalize("NFC") : password;',
    ]);
  });
});
