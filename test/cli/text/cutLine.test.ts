import { expect } from "chai";
import { cutLine } from "../../../src/cli/text/cutLine.ts";
import { Ruler } from "../../../src/cli/text/ruler.ts";

const ruler = new Ruler();
ruler.isAmbiguousWide = false;

describe("cutLine", () => {
  it("a text that fits stays as it is, in one row", () => {
    expect(cutLine("hello", 5, ruler)).to.equal("hello");
    expect(cutLine("a\nb", 5, ruler)).to.equal("a⏎b");
  });

  it("a longer text is cut, and says so", () => {
    expect(cutLine("hello, world", 8, ruler)).to.equal("hello, …");
    expect(cutLine("你好世界", 5, ruler)).to.equal("你好…");
  });

  it("a text is never shown with more columns than it has space for", () => {
    for (const letter of ["a", "é", "你", "🙂", "e\u0301"]) {
      for (let columns = 2; columns < 20; columns += 1) {
        for (const count of [1, columns - 1, columns, columns + 1, 4 * columns, 100 * columns]) {
          const line = cutLine(letter.repeat(count), columns, ruler);
          expect(ruler.most(line), `${count} ${letter} in ${columns}`).to.be.at.most(columns);
          expect(line).not.to.contain("……");
        }
      }
    }
  });

  it("the end of a long text is never measured, and the row still says that it is cut", () => {
    const marks = `a${"\u0301".repeat(1_000_000)}`;
    const line = cutLine(marks, 10, ruler);
    expect(line).to.match(/^a\u0301+…$/);
    expect(line).to.have.length.at.most(41);
  });
});
