import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { CATALOGUES } from "../../../src/cli/catalogue/index.ts";
import { type FileProblem, FileProblemError, problemSentence } from "../../../src/cli/session/fileProblem.ts";
import { PrivateFolder } from "../../../src/cli/session/privateFolder.ts";
import { useFolder } from "../../support/folder.ts";

/** The problem that an action fails with. */
async function problemOf(action: Promise<unknown>): Promise<FileProblem> {
  try {
    await action;
  } catch (error) {
    if (error instanceof FileProblemError) return error.problem;
    throw error;
  }
  throw new Error("there was no problem");
}

function modeOf(file: string): number {
  return statSync(file).mode & 0o7777;
}

describe("PrivateFolder", () => {
  const parent = useFolder();
  let folder: PrivateFolder;

  beforeEach(() => {
    folder = new PrivateFolder(path.join(parent.path, "state", "obrolan"));
  });

  it("a file that does not exist is undefined, and reading it makes no folder", async () => {
    expect(await folder.read("a/b")).to.equal(undefined);
    expect(readdirSync(parent.path)).to.deep.equal([]);
  });

  it("a file that was written is read, and a file that was removed is gone", async () => {
    await folder.write("a/b", "text\n");
    expect(await folder.read("a/b")).to.equal("text\n");
    await folder.append("a/b", "more\n");
    expect(await folder.read("a/b")).to.equal("text\nmore\n");
    await folder.remove("a/b");
    expect(await folder.read("a/b")).to.equal(undefined);
    await folder.remove("a/b");
  });

  it("a reader finds the old file or the new one, whole, while the file is replaced", async () => {
    const texts = ["a", "b"].map((letter) => letter.repeat(200_000));
    await folder.write("file", texts[0] ?? "");
    const writing = (async () => {
      for (let turn = 1; turn <= 40; turn++) await folder.write("file", texts[turn % 2] ?? "");
    })();
    let isWriting = true;
    void writing.finally(() => {
      isWriting = false;
    });
    const found = new Set<string | undefined>();
    while (isWriting) found.add(await folder.read("file"));
    await writing;
    for (const text of found) expect(texts).to.include(text);
  });

  it("a write that fails leaves no temporary file", async () => {
    mkdirSync(path.join(folder.path, "file", "inner"), { recursive: true, mode: 0o700 });
    expect(await problemOf(folder.write("file", "text"))).to.include({ kind: "failed" });
    expect(readdirSync(folder.path)).to.deep.equal(["file"]);
  });

  it("a folder in the place of a file is a problem, and so is a file in the place of the folder", async () => {
    mkdirSync(path.join(folder.path, "file"), { recursive: true, mode: 0o700 });
    expect(await problemOf(folder.read("file"))).to.include({ kind: "failed", code: "EISDIR" });
    const file = new PrivateFolder(path.join(parent.path, "file"));
    writeFileSync(file.path, "", { mode: 0o600 });
    expect(await problemOf(file.write("a", "text"))).to.include({ kind: "failed", code: "ENOTDIR" });
  });

  it("a file that is larger than any that the program writes is set aside", async () => {
    await folder.write("file", "text");
    truncateSync(path.join(folder.path, "file"), 5 * 1024 * 1024);
    expect(await problemOf(folder.read("file"))).to.deep.equal({
      kind: "damaged",
      path: path.join(folder.path, "file"),
      movedTo: path.join(folder.path, "file.damaged"),
    });
    expect(await folder.read("file")).to.equal(undefined);
  });

  describe("on a system with modes", function () {
    if (process.platform === "win32") this.pending = true;

    for (const mask of [0, 0o022, 0o077]) {
      it(`with the umask ${mask.toString(8)} all folders are 0700 and all files 0600`, async () => {
        const before = process.umask(mask);
        try {
          await folder.write("a/b/written", "text");
          await folder.append("a/b/appended", "text");
        } finally {
          process.umask(before);
        }
        for (const name of ["..", ".", "a", "a/b"]) expect(modeOf(path.join(folder.path, name)), name).to.equal(0o700);
        for (const name of ["a/b/written", "a/b/appended"]) {
          expect(modeOf(path.join(folder.path, name)), name).to.equal(0o600);
        }
      });
    }

    for (const mode of [0o604, 0o602, 0o601, 0o640, 0o620, 0o610, 0o644, 0o666, 0o777]) {
      it(`a file with the mode ${mode.toString(8)} is refused, and becomes 0600 when it is written`, async () => {
        await folder.write("file", "text");
        const file = path.join(folder.path, "file");
        chmodSync(file, mode);
        const loose = { kind: "loose", path: file, mode: "600" };
        expect(await problemOf(folder.read("file"))).to.deep.equal(loose);
        expect(await problemOf(folder.append("file", "more"))).to.deep.equal(loose);
        await folder.write("file", "new");
        expect(modeOf(file)).to.equal(0o600);
        expect(await folder.read("file")).to.equal("new");
      });
    }

    for (const mode of [0o750, 0o710, 0o701, 0o755, 0o770, 0o777, 0o1777]) {
      it(`a folder with the mode ${mode.toString(8)} is refused, and nothing is written into it`, async () => {
        await folder.write("file", "text");
        chmodSync(folder.path, mode);
        const loose = { kind: "loose", path: folder.path, mode: "700" };
        expect(await problemOf(folder.read("file"))).to.deep.equal(loose);
        expect(await problemOf(folder.write("other", "text"))).to.deep.equal(loose);
        expect(await problemOf(folder.append("file", "text"))).to.deep.equal(loose);
        expect(await problemOf(folder.remove("file"))).to.deep.equal(loose);
        expect(readdirSync(folder.path)).to.deep.equal(["file"]);
      });
    }

    it("modes that allow other users nothing are accepted", async () => {
      await folder.write("file", "text");
      for (const mode of [0o600, 0o400, 0o700]) {
        chmodSync(path.join(folder.path, "file"), mode);
        expect(await folder.read("file"), mode.toString(8)).to.equal("text");
      }
      chmodSync(folder.path, 0o2700);
      expect(await folder.read("file")).to.equal("text");
    });

    it("a folder of another user is refused", async () => {
      const isRoot = process.getuid?.() === 0;
      // Root owns /usr; root itself gives its folder away.
      const other = isRoot ? folder : new PrivateFolder("/usr");
      if (isRoot) {
        await folder.write("file", "text");
        chownSync(folder.path, 1, 1);
      }
      expect(await problemOf(other.read("file"))).to.deep.equal({ kind: "foreign", path: other.path });
      expect(await problemOf(other.remove("file"))).to.deep.equal({ kind: "foreign", path: other.path });
    });
  });
});

describe("problemSentence", () => {
  const words = CATALOGUES.en.session;

  it("the sentence about a loose file has the command that corrects it, which a shell understands", () => {
    const sentence = (file: string) => problemSentence({ kind: "loose", path: file, mode: "600" }, words);
    expect(sentence("/home/ani/a.json")).to.match(/run chmod 600 \/home\/ani\/a\.json$/);
    expect(sentence("/home/a b/it's")).to.match(/run chmod 600 '\/home\/a b\/it'\\''s'$/);
  });

  it("the sentence about a damaged file names the file that keeps its content", async () => {
    const problem = { kind: "damaged", path: "/a/b.json", movedTo: "/a/b.json.damaged" } as const;
    expect(problemSentence(problem, words)).to.contain("/a/b.json is damaged").and.to.contain("/a/b.json.damaged");
  });

  it("the sentence about a file that the system refuses has the code of the error", () => {
    expect(problemSentence({ kind: "failed", path: "/a", code: "EROFS" }, words))
      .to.contain("/a")
      .and.contain("EROFS");
    expect(problemSentence({ kind: "foreign", path: "/a" }, words))
      .to.contain("/a")
      .and.contain("another user");
  });
});
