import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type IPty, spawn } from "@lydell/node-pty";
import { expect } from "chai";
import { completionScript } from "../../../src/cli/commandLine/completion/index.ts";
import { SHELLS } from "../../../src/cli/commandLine/completion/shells.ts";
import { flagsOf } from "../../../src/cli/commandLine/flags.ts";
import { ENTRIES } from "../../../src/cli/commands/table.ts";
import { within } from "../../support/deadline.ts";
import { needs } from "../../support/externalTools.ts";
import { useFolder } from "../../support/folder.ts";
import { run } from "../../support/program.ts";
import { plainEnvironment } from "../../support/terminal.ts";

const NAMES = ENTRIES.map(({ name }) => name).filter((name) => name !== "");

describe("obrolan completion", () => {
  const folder = useFolder();

  for (const shell of SHELLS) {
    it(`"obrolan completion ${shell}" prints the script for ${shell}`, async () => {
      expect(await run(["completion", shell])).to.deep.equal({
        code: 0,
        out: completionScript(shell, ENTRIES),
        err: "",
      });
    });
  }

  it("an unknown shell ends with 2, and the error has the known ones", async () => {
    const { code, out, err } = await run(["completion", "bsh"]);
    expect({ code, out }).to.deep.equal({ code: 2, out: "" });
    expect(err).to.match(/^obrolan: .*bash, zsh, fish.* Did you mean bash\?\n$/);
  });

  describe("in bash", () => {
    /** The completions of words; the cursor is at the end of the last one. bash splits words at `:` and `=`, too. */
    function complete(...words: string[]): string[] {
      const quoted = words.map((word) => `'${word}'`).join(" ");
      const program = `COMP_WORDS=(obrolan ${quoted}); COMP_CWORD=${words.length}; _obrolan; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return bash(program).trimEnd().split("\n");
    }

    /** Runs commands after the script, and returns what they print. */
    function bash(commands: string): string {
      const text = `set -u\n${completionScript("bash", ENTRIES)}\n${commands}\n`;
      const { status, stdout, stderr } = spawnSync("bash", ["--norc", "--noprofile"], {
        input: text,
        encoding: "utf8",
        cwd: folder.path,
      });
      expect({ status, stderr }).to.deep.equal({ status: 0, stderr: "" });
      return stdout;
    }

    it("the script defines the completion of obrolan", () => {
      expect(bash("complete -p obrolan")).to.equal("complete -F _obrolan obrolan\n");
    });

    it("the first word completes to a command", () => {
      expect(complete("")).to.have.members(NAMES);
      expect(complete("co")).to.have.members(["correct-times", "completion"]);
    });

    it("a word with a hyphen completes to the flags of the command", () => {
      for (const entry of ENTRIES) {
        const known = flagsOf(entry).flatMap(({ short, long }) => (short === undefined ? [long] : [short, long]));
        const words = entry.name === "" ? ["-"] : [entry.name, "-"];
        expect(complete(...words), entry.name).to.have.members(known);
      }
      expect(complete("serve", "--lis")).to.deep.equal(["--listen"]);
    });

    it("the value of a flag completes to its choices, also after an equals sign", () => {
      expect(complete("serve", "--log-level", "")).to.include.members(["trace", "silent"]);
      expect(complete("serve", "--log-level", "inf")).to.deep.equal(["info"]);
      expect(complete("serve", "--log-level", "=")).to.include.members(["trace", "silent"]);
      expect(complete("serve", "--log-level", "=", "inf")).to.deep.equal(["info"]);
      expect(complete("--language", "i")).to.deep.equal(["id"]);
    });

    it("an argument completes to its choices", () => {
      expect(complete("completion", "")).to.have.members([...SHELLS]);
      expect(complete("help", "bac")).to.deep.equal(["backup"]);
    });

    it("a value that only the person knows completes to nothing", () => {
      expect(complete("--server", "")).to.deep.equal([""]);
      expect(complete("send", "--to", "")).to.deep.equal([""]);
      expect(complete("send", "")).to.deep.equal([""]);
    });

    it("the command is found after flags with values", () => {
      expect(complete("--server", "localhost", ":", "50051", "completion", "z")).to.deep.equal(["zsh"]);
      expect(complete("--server", "send", "completion", "z")).to.deep.equal(["zsh"]);
      expect(complete("--server", "=", "send", "completion", "z")).to.deep.equal(["zsh"]);
      expect(complete("--json", "completion", "z")).to.deep.equal(["zsh"]);
    });

    it("no command is offered after the address of a server", () => {
      expect(complete("chat", ":", "50051", "se")).to.deep.equal([""]);
    });

    it("a file completes to files, a folder to folders, also with spaces in their names", () => {
      writeFileSync(path.join(folder.path, "my cert.pem"), "");
      mkdirSync(path.join(folder.path, "my folder"));
      expect(complete("--ca", "my")).to.have.members(["my cert.pem", "my folder"]);
      expect(complete("serve", "--data", "my")).to.deep.equal(["my folder"]);
      expect(complete("backup", "my c")).to.deep.equal(["my cert.pem"]);
    });
  });

  describe("at the prompt of a shell", () => {
    let shell: IPty | undefined;

    afterEach(() => {
      shell?.kill("SIGKILL");
      shell = undefined;
    });

    /** How to start each shell without the files of the person, and what to type so that it has the completions. */
    const starts = {
      bash: { args: ["--norc", "--noprofile", "-i"], load: (file: string) => `source ${file}` },
      zsh: {
        args: ["-f", "-i"],
        load: (file: string) => `autoload -U compinit && compinit -D && source ${file}`,
      },
      fish: { args: ["--no-config", "-i"], load: (file: string) => `source ${file}` },
    };

    for (const name of SHELLS) {
      it(`${name} completes the name of a command and of a flag when Tab is typed`, async function () {
        needs(this, name, ["--version"], name);
        const file = path.join(folder.path, "completion");
        writeFileSync(file, completionScript(name, ENTRIES));
        const { args, load } = starts[name];
        const env = plainEnvironment({ HOME: folder.path, PS1: "$ " });
        shell = spawn(name, args, { cols: 200, rows: 30, cwd: folder.path, env });
        const shows = follow(shell);
        shell.write(`${load(file)}; echo load''ed\r`);
        await shows(/loaded/);
        shell.write("obrolan corr\t");
        await shows(/correct-times/);
        shell.write("--ye\t");
        await shows(/--yes/);
      });
    }
  });
});

/** Waits for text that a terminal gets after the last text that was waited for. */
function follow(pty: IPty): (pattern: RegExp) => Promise<void> {
  let text = "";
  let look = () => {};
  pty.onData((data) => {
    text += data;
    look();
  });
  return (pattern) => {
    const found = new Promise<void>((resolve) => {
      look = () => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences begin with ESC.
        const plain = text.replace(/\u001b\[[\d;?]*[A-Za-z]|\u001b[()=>][A-Z0-9]?/g, "");
        const match = pattern.exec(plain);
        if (match === null) return;
        text = plain.slice(match.index + match[0].length);
        resolve();
      };
      look();
    });
    return within(found, () => `the shell to show ${pattern}; it showed: ${JSON.stringify(text)}`);
  };
}
