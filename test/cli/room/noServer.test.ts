import { expect } from "chai";
import { CATALOGUES, LANGUAGES } from "../../../src/cli/catalogue/index.ts";
import { clientSettings } from "../../../src/cli/config.ts";
import { firstScreen } from "../../../src/cli/room/firstScreen.ts";
import { noServerHint } from "../../../src/cli/room/noServer.ts";
import { KeptSessions } from "../../../src/cli/session/keptSessions.ts";
import { connect } from "../../../src/client/index.ts";
import { resolve } from "../../../src/config/index.ts";
import { useFolder } from "../../support/folder.ts";
import { RecordingTerminal } from "../../support/recordingTerminal.ts";
import { openProfile } from "../session/profile.ts";

const REFUSED = "Nothing listens at 127.0.0.1:50051 (ECONNREFUSED). Start an Obrolan server there.";
const words = CATALOGUES.en.commandLine;

describe("The hint without a server", () => {
  const folder = useFolder();

  it("if nothing listens at the default address, the hint has three commands", () => {
    const hint = noServerHint({ server: "127.0.0.1:50051", message: REFUSED }, words, {});
    expect(hint?.map(({ usage }) => usage)).to.deep.equal(["obrolan demo", "obrolan serve", "obrolan HOST:PORT"]);
  });

  it("a person who typed npx is told to type it again", () => {
    const hint = noServerHint({ server: "127.0.0.1:50051", message: REFUSED }, words, { npm_command: "exec" });
    expect(hint?.map(({ usage }) => usage)).to.include("npx obrolan demo");
  });

  it("in each language the hint has three lines on a terminal of 80 columns, also after npx", () => {
    for (const language of LANGUAGES) {
      const { commandLine } = CATALOGUES[language];
      const hint = noServerHint({ server: "127.0.0.1:50051", message: REFUSED }, commandLine, { npm_command: "exec" });
      const left = Math.max(...(hint ?? []).map(({ usage }) => usage.length)) + "    ".length;
      for (const { summary } of hint ?? []) expect(left + summary.length, summary).to.be.below(80);
    }
  });

  it("the first screen shows the hint, and ends with 3", async () => {
    const terminal = new RecordingTerminal();
    const client = connect({ address: "127.0.0.1:1" });
    const { files } = openProfile(folder.path);
    // The address of the settings is the default one; the client meets a port at which nothing listens.
    const config = resolve({ table: clientSettings, flags: {}, env: {} });
    const kept = new KeptSessions(files);
    try {
      const code = await firstScreen({ client, terminal, config, token: undefined, kept, words: CATALOGUES.id });
      expect(code).to.equal(3);
    } finally {
      client.close();
    }
    const [error] = terminal.of("error");
    expect(error?.message).to.match(/^Nothing listens at .*--server/);
    expect(error?.usage?.map(({ summary }) => summary)).to.include(CATALOGUES.id.commandLine.startServer);
  });

  it("another server and another error get no hint", () => {
    expect(noServerHint({ server: "127.0.0.1:50052", message: REFUSED }, words, {})).to.equal(undefined);
    const message = "127.0.0.1:50051 did not answer within 10000 ms.";
    expect(noServerHint({ server: "127.0.0.1:50051", message }, words, {})).to.equal(undefined);
  });
});
