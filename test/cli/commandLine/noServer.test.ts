import { expect } from "chai";
import { CATALOGUES } from "../../../src/cli/catalogue/index.ts";
import { noServerHint } from "../../../src/cli/commandLine/noServer.ts";

const REFUSED = "Nothing listens at 127.0.0.1:50051 (ECONNREFUSED). Start an Obrolan server there.";
const words = CATALOGUES.en.commandLine;

describe("The hint without a server", () => {
  it("if nothing listens at the default address, the hint has three commands", () => {
    const hint = noServerHint({ server: "127.0.0.1:50051", message: REFUSED }, words, {});
    expect(hint?.map(({ usage }) => usage)).to.deep.equal(["obrolan demo", "obrolan serve", "obrolan HOST:PORT"]);
  });

  it("a person who typed npx is told to type it again", () => {
    const hint = noServerHint({ server: "127.0.0.1:50051", message: REFUSED }, words, { npm_command: "exec" });
    expect(hint?.map(({ usage }) => usage)).to.include("npx obrolan demo");
  });

  it("another server and another error get no hint", () => {
    expect(noServerHint({ server: "127.0.0.1:50052", message: REFUSED }, words, {})).to.equal(undefined);
    const message = "127.0.0.1:50051 did not answer within 10000 ms.";
    expect(noServerHint({ server: "127.0.0.1:50051", message }, words, {})).to.equal(undefined);
  });
});
