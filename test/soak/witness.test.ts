import { expect } from "chai";
import { Ledger, Violation } from "./ledger.ts";
import { type Said, textOf } from "./text.ts";
import { type Got, Witness } from "./witness.ts";

/** Ana writes to everyone, but 3 to bob and 4 to cat. */
const LOG: readonly Said[] = ["", "", "bob", "cat", "", ""].map((to, i) => ({ from: "ana", to, number: i + 1 }));

function got(id: number): Got {
  const said = LOG[id - 1] as Said;
  return { id, sender: said.from, recipient: said.to, text: textOf(said, 40) };
}

describe("The soak's witness", () => {
  let ledger: Ledger;
  let bob: Witness;
  beforeEach(() => {
    ledger = new Ledger();
    bob = new Witness("bob", ledger, 0);
  });

  /** The sender has heard of all of them. */
  function tellLedger(): void {
    for (const [i, said] of LOG.entries()) ledger.note(i + 1, said);
  }

  function see(...ids: number[]): void {
    for (const id of ids) {
      bob.see(got(id));
      bob.reach(id);
    }
  }

  it("is content with every message that its client may see, once and in order", () => {
    tellLedger();
    see(1, 2, 3, 5, 6);
    expect(bob.checked).to.equal(6);
  });

  it("waits with what the ledger does not know yet, and checks it when it does", () => {
    see(1, 2, 3, 5, 6);
    expect(bob.checked).to.equal(3);
    ledger.note(4, LOG[3] as Said);
    bob.settle();
    expect(bob.checked).to.equal(6);
  });

  it("is content with a client that comes back to its cursor and gets again what was behind it", () => {
    tellLedger();
    see(1, 2);
    bob.see(got(3));
    bob.comeBack();
    see(3, 5, 6);
    expect(bob.checked).to.equal(6);
  });

  it("finds a message that was lost", () => {
    tellLedger();
    expect(() => see(1, 3)).to.throw(Violation, "bob did not get 2, and has come to 3");
  });

  it("finds one that was lost when it hears of it later", () => {
    see(1);
    bob.reach(2);
    expect(() => {
      ledger.note(2, LOG[1] as Said);
      bob.settle();
    }).to.throw(Violation, "bob did not get 2, and has come to 2");
  });

  it("finds a cursor that is ahead of what was sent", () => {
    tellLedger();
    see(1, 2);
    expect(() => bob.reach(6)).to.throw(Violation, "bob did not get 3, and has come to 6");
  });

  it("finds a cursor that falls, and one that lies before a message that came with it", () => {
    see(1, 2);
    expect(() => bob.reach(1)).to.throw(Violation, "bob was told the cursor 1 behind 2");
    bob.see(got(3));
    expect(() => bob.reach(2)).to.throw(Violation, "bob was told the cursor 2 with the message 3");
  });

  it("finds a message that came twice, or in another order", () => {
    see(1, 2);
    expect(() => see(2)).to.throw(Violation, "bob got 2 behind 2");
    expect(() => see(1)).to.throw(Violation, "bob got 1 behind 2");
  });

  it("finds a message that was seen again behind the cursor that it came back with", () => {
    see(1, 2);
    bob.comeBack();
    expect(() => see(2)).to.throw(Violation, "bob got 2 behind 2");
  });

  it("finds a private message of others", () => {
    expect(() => see(4)).to.throw(Violation, "bob got 4, which ana wrote to cat alone");
  });

  it("finds a message with another text, sender or recipient than it was sent with", () => {
    const message = got(1);
    for (const wrong of [{ sender: "cat" }, { recipient: "bob" }, { text: "something else" }]) {
      expect(() => bob.see({ ...message, ...wrong })).to.throw(Violation, "whose text was another");
    }
  });
});
