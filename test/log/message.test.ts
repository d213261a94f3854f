import { expect } from "chai";
import { isPublic, maySee } from "../../src/server/log/message.ts";

const [ana, bob, eve] = [1, 2, 3];

describe("A message", () => {
  it("to everyone is seen by everyone", () => {
    const message = { senderId: ana, recipientId: 0 };
    expect(isPublic(message)).to.equal(true);
    expect([ana, bob, eve].map((account) => maySee(account, message))).to.deep.equal([true, true, true]);
  });

  it("to one is seen by its sender and its recipient alone", () => {
    const message = { senderId: ana, recipientId: bob };
    expect(isPublic(message)).to.equal(false);
    expect([ana, bob, eve].map((account) => maySee(account, message))).to.deep.equal([true, true, false]);
  });

  it("to oneself is seen by nobody else", () => {
    const message = { senderId: ana, recipientId: ana };
    expect([ana, bob, eve].map((account) => maySee(account, message))).to.deep.equal([true, false, false]);
  });
});
