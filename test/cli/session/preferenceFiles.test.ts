import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { CATALOGUES } from "../../../src/cli/catalogue/index.ts";
import { PreferenceFiles } from "../../../src/cli/session/preferenceFiles.ts";
import { DEFAULT_PREFERENCES } from "../../../src/cli/session/preferences.ts";
import { useFolder } from "../../support/folder.ts";
import { openProfile } from "./profile.ts";

const HERE = "127.0.0.1:50051";
const THERE = "chat.example.com:50051";

describe("PreferenceFiles", () => {
  const folder = useFolder();

  async function open(server = HERE, profile?: string) {
    const { files, problems } = openProfile(folder.path, profile);
    return { preferences: await PreferenceFiles.open(files, server, CATALOGUES.en.session), problems };
  }

  it("a preference that was never chosen is the default one", async () => {
    expect((await open()).preferences.read()).to.deep.equal(DEFAULT_PREFERENCES);
  });

  it("a preference holds at once, and for the next program of the same profile", async () => {
    const { preferences } = await open();
    const writing = preferences.write({ presence: "off", notices: true });
    const chosen = { ...DEFAULT_PREFERENCES, presence: "off", notices: true };
    expect(preferences.read()).to.deep.equal(chosen);
    await writing;
    expect((await open()).preferences.read()).to.deep.equal(chosen);
    expect((await open(THERE)).preferences.read()).to.deep.equal(chosen);
    expect((await open(HERE, "work")).preferences.read()).to.deep.equal(DEFAULT_PREFERENCES);
  });

  it("say mode is a preference for one server", async () => {
    await (await open()).preferences.write({ says: true });
    expect((await open()).preferences.read()).to.include({ says: true });
    expect((await open(THERE)).preferences.read()).to.include({ says: false });
  });

  it("two programs that change different preferences at once keep both, and of one preference the last", async () => {
    const [first, second] = [await open(), await open()];
    await Promise.all([first.preferences.write({ bell: "pm" }), second.preferences.write({ presence: "quiet" })]);
    expect((await open()).preferences.read()).to.include({ bell: "pm", presence: "quiet" });
    await first.preferences.write({ presence: "all" });
    await second.preferences.write({ presence: "off" });
    expect((await open()).preferences.read()).to.include({ bell: "pm", presence: "off" });
  });

  it("a preference that is no preference any more is set aside, and the others stay", async () => {
    await (await open()).preferences.write({ bell: "off", presence: "quiet" });
    const file = path.join(folder.path, "profiles/default/preferences/bell.json");
    writeFileSync(file, '"loud"\n');
    const { preferences, problems } = await open();
    expect(preferences.read()).to.include({ bell: DEFAULT_PREFERENCES.bell, presence: "quiet" });
    expect(problems).to.deep.equal([{ kind: "damaged", path: file, movedTo: `${file}.damaged` }]);
  });

  it("a preference that cannot be kept holds until the program ends, and the caller learns that", async () => {
    writeFileSync(path.join(folder.path, "file"), "");
    const { files, problems } = openProfile(path.join(folder.path, "file", "state"));
    const preferences = await PreferenceFiles.open(files, HERE, CATALOGUES.en.session);
    let error: unknown;
    await preferences.write({ bell: "off" }).catch((thrown) => {
      error = thrown;
    });
    expect(error).to.be.an("error").with.property("message").that.equals("its file cannot be written");
    expect(preferences.read()).to.include({ bell: "off" });
    expect(problems).to.have.length.above(0);
  });
});
