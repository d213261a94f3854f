import { expect } from "chai";
import { stateFolder } from "../../../src/cli/session/stateFolder.ts";

describe("stateFolder", () => {
  for (const platform of ["linux", "darwin"] as const) {
    it(`on ${platform} the state folder is in XDG_STATE_HOME, by default in ~/.local/state`, () => {
      expect(stateFolder({ XDG_STATE_HOME: "/state" }, platform, "/home/ani")).to.equal("/state/obrolan");
      expect(stateFolder({}, platform, "/home/ani")).to.equal("/home/ani/.local/state/obrolan");
      expect(stateFolder({ XDG_STATE_HOME: "" }, platform, "/home/ani")).to.equal("/home/ani/.local/state/obrolan");
    });
  }

  it("a relative XDG_STATE_HOME is ignored, as the XDG rules say", () => {
    const env = { XDG_STATE_HOME: "state" };
    expect(stateFolder(env, "linux", "/home/ani")).to.equal("/home/ani/.local/state/obrolan");
  });

  it("on Windows the state folder is in LOCALAPPDATA", () => {
    const home = "C:\\Users\\ani";
    const env = { LOCALAPPDATA: "D:\\Local", XDG_STATE_HOME: "/state" };
    expect(stateFolder(env, "win32", home)).to.equal("D:\\Local\\obrolan");
    expect(stateFolder({}, "win32", home)).to.equal("C:\\Users\\ani\\AppData\\Local\\obrolan");
  });
});
