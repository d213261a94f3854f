import { expect } from "chai";
import { CATALOGUES } from "../../../src/cli/catalogue/index.ts";
import { Attention } from "../../../src/cli/room/person/attention.ts";
import { MemoryPreferences, type Preferences } from "../../../src/cli/session/preferences.ts";
import type { Notice } from "../../../src/cli/terminal/status.ts";
import type { MessageEvent } from "../../../src/client/index.ts";

function message(fields: Partial<MessageEvent>): MessageEvent {
  const common = { sentAt: new Date(0), editedAt: undefined, replyTo: undefined, replayed: false } as const;
  return { kind: "message", id: 1n, sender: "budi", recipient: "", text: "hello", ...common, ...fields };
}

const toAni = message({ recipient: "ani", text: "psst" });
const namesAni = message({ text: "Is Ani here?" });

/** The attention of ani; her clock stands still until the test moves it. */
function makeAttention(preferences: Partial<Preferences> = {}) {
  const notices: Notice[] = [];
  const clock = { now: 0 };
  const attention = new Attention({
    terminal: { notify: (notice) => notices.push(notice) },
    preferences: new MemoryPreferences(preferences),
    words: CATALOGUES.en.room,
    ownName: "ani",
    now: () => clock.now,
  });
  return { attention, notices, clock };
}

describe("Attention", () => {
  it("the bell rings for private messages and for the person's name", () => {
    const { attention, notices } = makeAttention();
    for (const event of [toAni, namesAni, message({ text: "The company is anise." })]) attention.note(event);
    expect(notices).to.deep.equal([
      { title: "budi, in private", body: "psst", bell: true, desktop: false },
      { title: "budi names you", body: "Is Ani here?", bell: true, desktop: false },
    ]);
  });

  it("the bell with bell pm rings for private messages only, and with bell off never", () => {
    for (const [bell, rings] of [
      ["pm", 1],
      ["off", 0],
    ] as const) {
      const { attention, notices } = makeAttention({ bell });
      attention.note(toAni);
      attention.note(namesAni);
      expect(notices, bell).to.have.length(rings);
    }
  });

  it("the desktop shows both if notices are on, also without the bell", () => {
    const { attention, notices } = makeAttention({ bell: "off", notices: true });
    attention.note(toAni);
    attention.note(namesAni);
    expect(notices.map(({ bell, desktop }) => ({ bell, desktop }))).to.deep.equal([
      { bell: false, desktop: true },
      { bell: false, desktop: true },
    ]);
  });

  it("neither a replayed message nor one's own draws attention", () => {
    const { attention, notices } = makeAttention({ notices: true });
    attention.note({ ...toAni, replayed: true });
    attention.note({ ...namesAni, replayed: true });
    attention.note(message({ sender: "ani", recipient: "ani", text: "a note to ani" }));
    expect(notices).to.deep.equal([]);
  });

  it("no more than three notices are given within a second", () => {
    const { attention, notices, clock } = makeAttention();
    for (let i = 0; i < 10; i++) attention.note(toAni);
    expect(notices).to.have.length(3);
    clock.now = 999;
    attention.note(toAni);
    expect(notices).to.have.length(3);
    clock.now = 1_000;
    attention.note(toAni);
    expect(notices).to.have.length(4);
  });

  it("a notice is one safe line of at most 200 characters", () => {
    const { attention, notices } = makeAttention();
    attention.note(message({ recipient: "ani", text: `\u001b]0;owned\u0007\n${"😀".repeat(300)}` }));
    expect(notices[0]?.body).to.match(/^␛\]0;owned␇⏎😀+$/u);
    expect([...(notices[0]?.body ?? "")]).to.have.length(200);
  });
});
