import { expect } from "chai";
import { complete } from "../../../src/cli/room/person/completion.ts";

const names = ["budi", "ani", "bert"];

function completed(before: string, says = false): string[] {
  const { from, candidates } = complete(before, { names, says });
  return candidates.map((candidate) => before.slice(0, from) + candidate);
}

describe("The completion of a line in the room", () => {
  it("the first word is completed to a command, also after a slash", () => {
    expect(completed("sen")).to.deep.equal(["sendall", "sendto"]);
    expect(completed("BE")).to.deep.equal(["bell"]);
    expect(completed("/m")).to.deep.equal(["/msg", "/me"]);
    expect(completed("/sendt")).to.deep.equal(["/sendto"]);
    expect(completed("b")).to.deep.equal(["bell"]);
  });

  it("names are completed anywhere, in the order given, also as @name", () => {
    expect(completed("sendall hello b")).to.deep.equal(["sendall hello budi", "sendall hello bert"]);
    expect(completed("sendall one\nb")).to.deep.equal(["sendall one\nbudi", "sendall one\nbert"]);
    expect(completed("sendall hello @A")).to.deep.equal(["sendall hello @ani"]);
    expect(completed("@be")).to.deep.equal(["@bert"]);
  });

  it("all names follow a command that takes one, and none an empty word elsewhere", () => {
    for (const command of ["sendto ", "tell ", "history ", "/msg ", "/tell "]) {
      expect(completed(command), command).to.deep.equal(names.map((name) => command + name));
    }
    expect(completed("sendall ")).to.deep.equal([]);
    expect(completed("sendto budi ")).to.deep.equal([]);
  });

  it("the values of a setting follow it", () => {
    expect(completed("bell ")).to.deep.equal(["bell off", "bell pm", "bell all"]);
    expect(completed("/presence q")).to.deep.equal(["/presence quiet"]);
  });

  it("in say mode the first word is also completed to a name that is spoken to", () => {
    expect(completed("bu", true)).to.deep.equal(["budi:"]);
    expect(completed("be", true)).to.deep.equal(["bell", "bert:"]);
  });
});
