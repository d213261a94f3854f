import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { EXIT_STATUS } from "../../../src/cli/commandLine/exitStatus.ts";
import { flagsOf, termOf } from "../../../src/cli/commandLine/flags.ts";
import { synopsisOf } from "../../../src/cli/commandLine/helpText.ts";
import { manPage, roff } from "../../../src/cli/commandLine/manPage.ts";
import { ENTRIES } from "../../../src/cli/commands/table.ts";
import { needs } from "../../support/externalTools.ts";

/** Prints a page as a terminal shows it, without bold and italic. Lines are wide enough not to be broken. */
function render(page: string): { text: string; warnings: string } {
  const args = ["-man", "-Tutf8", "-Kutf8", "-ww", "-rLL=400n", "-P-bcou"];
  const { stdout, stderr } = spawnSync("groff", args, { input: page, encoding: "utf8" });
  return { text: stdout, warnings: stderr };
}

describe("The man page", () => {
  it("groff prints every text with the characters that it has", function () {
    needs(this, "groff", ["--version"], "groff-base");
    const texts = [
      ".Dd is no request",
      "'quoted'",
      "a -- b-c",
      "C:\\new\\fR",
      "`x` ^y ~z",
      'say "hi" …',
      "\\",
      "#@$%&*|<>",
    ];
    const page = [".TH T 1", ...texts.flatMap((text) => [".PP", roff(text)]), ""].join("\n");
    const { text, warnings } = render(page);
    expect(warnings).to.equal("");
    expect(text.split("\n").map((line) => line.trim())).to.include.members(texts);
  });

  it("groff prints the page without a warning, with every example, command, flag and exit code", function () {
    needs(this, "groff", ["--version"], "groff-base");
    const { text, warnings } = render(manPage(ENTRIES, "1.2.3"));
    expect(warnings).to.equal("");
    const lines = text.split("\n").map((line) => line.trim());
    for (const entry of ENTRIES) {
      expect(lines).to.include.members(entry.examples.map(({ line }) => line));
      if (entry.name !== "") expect(lines).to.include(`obrolan ${synopsisOf(entry)}`);
      const terms = flagsOf(entry).map(termOf);
      expect(terms.filter((term) => !lines.some((line) => line === term || line.startsWith(`${term} `)))).to.deep.equal(
        [],
      );
    }
    for (const [code, meaning] of EXIT_STATUS)
      expect(text).to.match(new RegExp(`^ +${code} +${meaning.slice(0, 20)}`, "m"));
    expect(text).to.contain("obrolan 1.2.3");
  });

  it("the page begins with the name, the synopsis and the examples", () => {
    const titles = [...manPage(ENTRIES, "1.2.3").matchAll(/^\.SH (.*)$/gm)].map(([, title]) => title);
    expect(titles.slice(0, 4)).to.deep.equal(["NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLES"]);
  });

  it("the package has the page, and names it as its man page", () => {
    const root = new URL("../../../", import.meta.url);
    const { man, files } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
    expect(man).to.equal("man/obrolan.1");
    expect(files).to.include("man");
    expect(readFileSync(new URL(man, root), "utf8")).to.contain(".TH OBROLAN 1");
  });
});
