import { expect } from "chai";
import type { Item } from "../../../src/cli/terminal/item.ts";
import { ChatError, Status } from "../../../src/client/index.ts";
import { connected, help, lost, noon } from "../../support/items.ts";
import { pretty } from "./format.ts";

const back: Item = { kind: "caughtUp", id: 9n, again: true };

describe("What a person reads about the connection", () => {
  it("a lost connection is reported once, with the wait if it is long enough to mention", () => {
    const format = pretty();
    expect(format(lost(1, 100))).to.equal("· connection lost, trying again");
    expect(format(lost(2, 5000))).to.equal("");
    expect(format(back)).to.equal("· back, nothing missed");
    expect(format(lost(1, 2000))).to.equal("· connection lost, trying again in 2 s");
  });

  it("a gap reports lost messages only if messages were lost, and a reconnect says if nothing was missed", () => {
    const format = pretty();
    expect(format({ kind: "gap", oldestId: 5n, missed: true })).to.contain("earlier messages are gone");
    expect(format(back)).to.equal("· back");
    expect(format(back)).to.equal("· back, nothing missed");
    const restored = format(connected(true), 200);
    expect(restored).to.contain("restored from a backup");
    expect(format({ kind: "gap", oldestId: 1n, missed: false })).to.equal("");
    expect(format(back)).to.equal("· back");
    expect(format({ kind: "gap", oldestId: 1n, missed: false }, 200)).to.equal(restored);
  });

  it("a lost connection is reported with the reason that the server gave", () => {
    const format = pretty();
    expect(format({ kind: "goodbye", reason: "SHUTTING_DOWN", reconnect: true, retryAfterMs: 1000 })).to.equal("");
    expect(format(lost(1, 1000))).to.equal("· the server is being stopped, trying again in 1 s");
    expect(format({ kind: "closed", why: { kind: "dismissed", reason: "SESSION_EXPIRED" } })).to.equal(
      "· your session has ended: log in again",
    );
  });

  it("a reason that the program does not know is named, whatever it is called", () => {
    for (const reason of ["SOMETHING_NEW", "constructor", "__proto__"]) {
      expect(pretty()({ kind: "closed", why: { kind: "dismissed", reason } })).to.equal(
        `· the server ended the connection (${reason})`,
      );
    }
  });

  it("a closed room is reported in the language of the user, if the catalogue has the reason", () => {
    const cause = new ChatError(Status.UNAUTHENTICATED, "Sign in again.", { reason: "SESSION_INVALID" });
    expect(pretty()({ kind: "closed", why: { kind: "unauthenticated", cause } })).to.equal("· Sign in again.");
    expect(pretty({ language: "id" })({ kind: "closed", why: { kind: "unauthenticated", cause } })).to.equal(
      "· Sesi Anda tidak berlaku lagi: silakan login lagi.",
    );
  });
});

describe("What a person reads about others", () => {
  const names = Array.from({ length: 9 }, (_, index) => `p${index}`);

  it("users who came and went are in one note, and only a few of many are named", () => {
    const format = pretty();
    expect(format({ kind: "presence", joined: ["cici", "dewi"], left: ["budi"], reset: false })).to.equal(
      "· cici, dewi came in; budi left",
    );
    expect(format({ kind: "presence", joined: names, left: [], reset: false })).to.equal(
      "· p0, p1, p2, p3, p4, p5 and 3 more came in",
    );
    expect(format({ kind: "presence", joined: [], left: [], reset: true })).to.contain("list shows who is here");
    expect(format({ kind: "presence", joined: [], left: [], reset: false })).to.equal("");
  });

  it("the list has the number of users and their names, the user's own as you", () => {
    const users = ["ani", "budi"].map((username) => ({ username, onlineSince: noon }));
    expect(pretty()({ kind: "list", users, total: 2 })).to.equal("2 here:\n  you   budi");
    expect(pretty()({ kind: "list", users, total: 5 })).to.match(/^5 here:\n.*\n {2}and 3 more$/);
  });
});

describe("What a person reads about commands", () => {
  it("help that was asked for is a table of the commands", () => {
    expect(pretty()(help())).to.contain("You can type:\n  sendall TEXT      say TEXT to everyone\n");
  });

  it("an unknown command is named in one row, and the commands follow in as few rows as fit", () => {
    expect(pretty()(help("dance")).split("\n")).to.deep.equal([
      "dance is not a command.",
      "You can type: sendall TEXT · sendto NAME TEXT · list · logout · help",
    ]);
    expect(pretty()(help("dance"), 41).split("\n")).to.deep.equal([
      "dance is not a command.",
      "You can type: sendall TEXT",
      "  sendto NAME TEXT · list · logout · help",
    ]);
  });

  it("a misspelled command is answered with the right one, and an ordinary word is not", () => {
    expect(pretty()(help("sendal"))).to.contain("sendal is not a command. Did you mean sendall?");
    expect(pretty()(help("lsit"))).to.contain("Did you mean list?");
    expect(pretty()(help("halo"))).not.to.contain("Did you mean");
  });

  it("the commands of the server are shown in the language of the user", () => {
    const format = pretty({ language: "id" });
    expect(format(help())).to.contain("sendto NAMA TEKS");
    expect(format(help("dansa"))).to.match(/^dansa bukan perintah\.\nAnda bisa mengetik: sendall TEKS/);
    const later = { name: "dance", usage: "dance WELL", summary: "dance" };
    expect(format({ kind: "help", requestId: "r", unknownCommand: "", commands: [later] })).to.contain(
      "dance WELL  dance",
    );
  });

  it("a line that was not sent is shown with the reason, and in one row", () => {
    const line = `sendall one\ntwo ${"and more ".repeat(20)}`;
    expect(pretty()({ kind: "notSent", line: "sendto budi hello", message: "budi is not online." })).to.equal(
      "not sent: sendto budi hello\n  budi is not online.",
    );
    const [first = "", ...others] = pretty()({ kind: "notSent", line, message: "Too long." }).split("\n");
    expect(first).to.match(/^not sent: sendall one⏎two and more .*…$/);
    expect(first).to.have.length.at.most(80);
    expect(others).to.deep.equal(["  Too long."]);
  });

  it("a line that was not sent or is held is not shown if it may hold a password", () => {
    const line = "login ani correct-horse";
    expect(pretty()({ kind: "notSent", line, message: "Too fast." })).to.equal("not sent: Too fast.");
    expect(pretty()({ kind: "held", line })).to.equal("· kept until the connection is back");
    expect(pretty()({ kind: "held", line: "sendall hello" })).to.equal(
      "· kept until the connection is back: sendall hello",
    );
  });

  it("a refusal is shown with the sentence of the catalogue for its reason, else with that of the server", () => {
    const refused = (reason: string, retryAfterMs?: number): Item => {
      return { kind: "rejected", requestId: "r", reason, message: "That is too fast.", retryAfterMs };
    };
    expect(pretty()(refused("RATE_LIMITED", 1500))).to.equal("not sent: That is too fast.");
    const format = pretty({ language: "id" });
    expect(format(refused("RATE_LIMITED", 1500), 200)).to.match(
      /^tidak terkirim: Terlalu cepat: .*\. Coba lagi dalam 2 detik\.$/,
    );
    expect(format(refused("TEXT_EMPTY"))).to.equal("tidak terkirim: Pesannya kosong.");
    expect(format(refused("SOMETHING_NEW"))).to.equal("tidak terkirim: That is too fast.");
    expect(format(refused("constructor"))).to.equal("tidak terkirim: That is too fast.");
    expect(format({ kind: "error", message: "No account.", reason: "BAD_CREDENTIALS" })).to.equal(
      "Tidak ada akun dengan nama dan kata sandi itu.",
    );
  });

  it("the first screen has the server and the two commands, in the language of the user", () => {
    expect(pretty()({ kind: "start", server: "127.0.0.1:50051" })).to.equal(
      "Obrolan · 127.0.0.1:50051\n\n  regist NAME [PASSWORD]  make an account and come in\n" +
        "  login NAME [PASSWORD]   come in with your account\n",
    );
    expect(pretty({ language: "id" })({ kind: "start", server: "a:1" })).to.contain("login NAMA [SANDI]");
  });

  it("the line above unread messages goes across", () => {
    expect(pretty()({ kind: "unreadBegins" })).to.match(/^── new ─{30,}$/);
    expect(pretty({ language: "id" })({ kind: "unreadBegins" }, 20)).to.match(/^── baru ─+$/);
    expect(pretty()({ kind: "earlierExist" })).to.equal("· there are earlier messages: type history");
  });
});
