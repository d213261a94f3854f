import { existsSync, mkdirSync, readdirSync, readFileSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { within } from "../../support/deadline.ts";
import { useFolder } from "../../support/folder.ts";
import { Program, run } from "../../support/program.ts";
import { Terminal } from "../../support/terminal.ts";

describe("obrolan demo", function () {
  // Each demo starts a server, on a machine that may be busy.
  this.timeout(60_000);
  const folder = useFolder();
  let terminal: Terminal | undefined;

  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
    await noFoldersLeft();
  });

  /** The environment of a person: the folders of the demo, and the files of the person, are in the test's folder. */
  function environment(): Record<string, string> {
    const home = path.join(folder.path, "home");
    mkdirSync(home, { recursive: true });
    const hostile = { OBROLAN_DATABASE_URL: "postgres://127.0.0.1:1/x", OBROLAN_SERVER: "127.0.0.1:1" };
    // The cache of compiled code is not the demo's.
    const cache = { NODE_COMPILE_CACHE: path.join(tmpdir(), "node-compile-cache") };
    // npx sets npm_command, also for the tests.
    return {
      TMPDIR: folder.path,
      HOME: home,
      npm_command: "",
      ...cache,
      LANG: "C.UTF-8",
      LC_ALL: "C.UTF-8",
      ...hostile,
    };
  }

  /** The folders of demos that exist. */
  function demoFolders(): string[] {
    return readdirSync(folder.path).filter((name) => name.startsWith("obrolan-demo-"));
  }

  /** Waits until the folder of every demo is removed. */
  async function noFoldersLeft(): Promise<void> {
    let watcher: ReturnType<typeof watch> | undefined;
    try {
      const removed = new Promise<void>((resolve) => {
        const look = () => demoFolders().length === 0 && resolve();
        watcher = watch(folder.path, look);
        look();
      });
      await within(removed, () => `the folders ${demoFolders()} to be removed`);
    } finally {
      watcher?.close();
    }
  }

  /** Starts a demo, and resolves with its address when its person is in the room. */
  async function startDemo(env: Record<string, string> = environment()): Promise<string> {
    terminal = new Terminal(["demo"], { columns: 160, env });
    await terminal.shows(/type in another terminal: obrolan 127\.0\.0\.1:\d+/);
    await terminal.shows("1 here:");
    return /127\.0\.0\.1:\d+/.exec(terminal.text)?.[0] ?? "";
  }

  it("the person is in the room, and a second person comes in with the command that the demo names", async () => {
    const address = await startDemo();
    const budi = new Program([address]);
    const { code, out } = await (async () => {
      budi.write("regist budi correct-horse", "sendall Hello, guest.");
      await terminal?.shows("Hello, guest.");
      terminal?.enter("sendall Hello, budi.");
      await budi.prints(/guest: Hello, budi\./);
      return budi.end();
    })();
    expect(code, out).to.equal(0);
    terminal?.type("\u0004");
    expect(await terminal?.exit()).to.equal(0);
    expect(terminal?.text).to.contain("The demo is over");
    expect(demoFolders()).to.deep.equal([]);
  });

  it("the demo leaves nothing in the home folder of the person", async () => {
    const env = environment();
    await startDemo(env);
    terminal?.enter("sendall hello");
    await terminal?.shows(/you +hello/);
    terminal?.type("\u0004");
    expect(await terminal?.exit()).to.equal(0);
    expect(readdirSync(env.HOME ?? "", { recursive: true })).to.deep.equal([]);
  });

  it("Ctrl-C ends the demo, and its server and folder with it", async () => {
    const address = await startDemo();
    terminal?.type("\u0003\u0003");
    await terminal?.exit();
    expect(demoFolders()).to.deep.equal([]);
    expect((await run(["health", "--server", address])).code).to.equal(1);
  });

  it("Ctrl-C while the server starts ends the demo, and leaves no folder", async () => {
    terminal = new Terminal(["demo"], { columns: 160, env: environment() });
    await terminal.shows("a server starts in a temporary folder");
    terminal.type("\u0003\u0003");
    expect(await terminal.exit()).to.equal(0);
    expect(demoFolders()).to.deep.equal([]);
  });

  it("the server and the folder are gone after the program was killed", async () => {
    const address = await startDemo();
    expect(demoFolders()).to.have.length(1);
    await terminal?.close();
    await noFoldersLeft();
    expect((await run(["health", "--server", address])).code).to.equal(1);
  });

  it("the demo says so and ends with 1 if its server ends, and removes its folder", async () => {
    await startDemo();
    const [name = ""] = demoFolders();
    process.kill(processWith(path.join(folder.path, name)), "SIGKILL");
    expect(await terminal?.exit()).to.equal(1);
    expect(terminal?.text.replaceAll("\n", " ")).to.contain("The server of the demo has ended");
    expect(demoFolders()).to.deep.equal([]);
  });

  it("the demo says why it cannot start, and ends with 1", async () => {
    terminal = new Terminal(["demo"], {
      columns: 160,
      env: { ...environment(), TMPDIR: path.join(folder.path, "none") },
    });
    expect(await terminal.exit()).to.equal(1);
    expect(terminal.text).to.contain("The demo could not start: ");
  });

  it("the demo is in the language of the person", async () => {
    terminal = new Terminal(["demo"], { columns: 160, env: { ...environment(), LC_ALL: "id_ID.UTF-8" } });
    await terminal.shows(/ketik di terminal lain: obrolan 127\.0\.0\.1:\d+/);
  });

  it("the demo without a terminal ends with 2, and starts no server", async () => {
    const { code, out, err } = await run(["demo"], ["sendall hello"], environment());
    expect({ code, out }).to.deep.equal({ code: 2, out: "" });
    expect(err).to.match(/^obrolan: obrolan demo is for a person at a terminal/);
    expect(demoFolders()).to.deep.equal([]);
  });
});

/** The id of the process whose last argument is this one. */
function processWith(argument: string): number {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const found = ids.filter((id) => {
    const file = `/proc/${id}/cmdline`;
    return existsSync(file) && readCommandLine(file).at(-1) === argument;
  });
  expect(found).to.have.length(1);
  return Number(found[0]);
}

function readCommandLine(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\0").slice(0, -1);
  } catch {
    // The process ended in the meantime.
    return [];
  }
}
