import { expect } from "chai";
import { isPublic, maySee } from "../../src/server/log/entry.ts";

const [ana, bob, eve] = [1, 2, 3];

describe("maySee", () => {
  it("every account may see a public message", () => {
    const message = { senderId: ana, recipientId: 0 };
    expect(isPublic(message)).to.equal(true);
    expect([ana, bob, eve].map((account) => maySee(account, message))).to.deep.equal([true, true, true]);
  });

  it("only the sender and the recipient may see a private message", () => {
    const message = { senderId: ana, recipientId: bob };
    expect(isPublic(message)).to.equal(false);
    expect([ana, bob, eve].map((account) => maySee(account, message))).to.deep.equal([true, true, false]);
  });

  it("only the sender may see a message of an account to itself", () => {
    const message = { senderId: ana, recipientId: ana };
    expect([ana, bob, eve].map((account) => maySee(account, message))).to.deep.equal([true, false, false]);
  });
});
