import { expect } from "chai";
import { hasWindow, noticeOf, titleOf } from "../../src/cli/screen/status.ts";

const NOTICE = { title: "budi; hello", body: "are you there?", bell: true, desktop: true };
const OSC_9 = "\u001b]9;budi; hello: are you there?\u001b\\";
const OSC_777 = "\u001b]777;notify;budi, hello;are you there?\u001b\\";

describe("noticeOf()", () => {
  it("a notice rings the bell, and asks the desktop in the forms that the terminal may know", () => {
    expect(noticeOf(NOTICE, { TERM: "xterm-256color" })).to.equal(`\u0007${OSC_9}${OSC_777}`);
    expect(noticeOf(NOTICE, { TERM: "xterm-256color", TERM_PROGRAM: "iTerm.app" })).to.equal(`\u0007${OSC_9}`);
    expect(noticeOf(NOTICE, { TERM: "xterm-256color", VTE_VERSION: "7600" })).to.equal(`\u0007${OSC_777}`);
    expect(noticeOf({ ...NOTICE, desktop: false }, { TERM: "xterm" })).to.equal("\u0007");
    expect(noticeOf({ ...NOTICE, bell: false, desktop: false }, { TERM: "xterm" })).to.equal("");
  });

  it("a terminal without a window gets no sequences", () => {
    for (const TERM of ["dumb", "linux", ""]) {
      expect(hasWindow({ TERM })).to.equal(false);
      expect(noticeOf(NOTICE, { TERM })).to.equal("\u0007");
    }
  });

  it("text from elsewhere cannot end the sequence", () => {
    const notice = noticeOf({ ...NOTICE, title: "a\u001b\\b\u0007c", bell: false }, { TERM: "xterm-kitty" });
    expect(notice).to.equal("\u001b]9;a␛\\b␇c: are you there?\u001b\\");
    const status = { isEncrypted: true, username: "", here: 1, unread: 0, isSayMode: false };
    const title = titleOf({ ...status, server: "host\u0007\u001b]0;x", connection: { kind: "live" } });
    expect(title).to.equal("\u001b]2;Obrolan · host␇␛]0;x\u001b\\");
  });
});
