import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { comparable, drawPicture } from "./picture/picture.ts";

describe("The picture of the README", () => {
  it("docs/terminal.svg shows what the program shows today; npm run picture draws it again", async () => {
    const kept = await readFile(new URL("../../docs/terminal.svg", import.meta.url), "utf8");
    expect(comparable(await drawPicture())).to.equal(comparable(kept));
  });
});
