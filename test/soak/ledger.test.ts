import { expect } from "chai";
import { Ledger, Violation } from "./ledger.ts";

const first = { from: "ana", to: "", number: 1 };
const second = { from: "bob", to: "ana", number: 2 };

describe("The soak's ledger", () => {
  it("knows what stands under an id, from whoever tells it first, and who may see that", () => {
    const ledger = new Ledger();
    ledger.note(1, first);
    ledger.note(70_000, second);
    ledger.note(70_000, second);
    expect([ledger.knows(1), ledger.knows(2), ledger.knows(70_000)]).to.deep.equal([true, false, true]);
    expect(ledger.head).to.equal(70_000);
    expect(["ana", "bob", "cat"].map((name) => ledger.maySee(1, name))).to.deep.equal([true, true, true]);
    expect(["ana", "bob", "cat"].map((name) => ledger.maySee(70_000, name))).to.deep.equal([true, true, false]);
  });

  it("gives each message a number of its own", () => {
    const ledger = new Ledger();
    expect([ledger.next("ana", "").number, ledger.next("ana", "").number]).to.deep.equal([1, 2]);
  });

  it("finds a message that was posted twice", () => {
    const ledger = new Ledger();
    ledger.note(1, first);
    expect(() => ledger.note(2, first)).to.throw(Violation, "message 1 is in the log twice: as 1 and 2");
  });

  it("finds an id that two messages have", () => {
    const ledger = new Ledger();
    ledger.note(1, first);
    expect(() => ledger.note(1, second)).to.throw(Violation, "id 1 is that of message 1, and of 2");
  });

  it("finds a message that was refused and is in the log all the same, whichever it hears first", () => {
    const one = new Ledger();
    one.refuse(first);
    expect(() => one.note(1, first)).to.throw(Violation, "message 1 was refused, and is in the log as 1");
    const other = new Ledger();
    other.note(1, first);
    expect(() => other.refuse(first)).to.throw(Violation, "message 1 was refused, and is in the log as 1");
  });
});
