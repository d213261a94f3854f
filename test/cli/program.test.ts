import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { ENTRIES } from "../../src/cli/commands/table.ts";
import { makeCertificate } from "../support/certificate.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { run } from "../support/program.ts";
import { PROGRAM, plainEnvironment } from "../support/terminal.ts";

const VERSION = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;

describe("The program obrolan", () => {
  it("--help shows the flags of the client and of the server", async () => {
    const client = await run(["--help"]);
    expect(client).to.include({ code: 0, err: "" });
    for (const flag of ["--server", "--ca", "--insecure", "--json", "--recent", "--config", "--version", "serve"]) {
      expect(client.out).to.contain(flag);
    }
    const server = await run(["serve", "--help"]);
    expect(server.code).to.equal(0);
    for (const flag of ["--listen", "--data", "--tls-cert", "--burst", "--login-failures", "--log-level"]) {
      expect(server.out).to.contain(flag);
    }
    expect(server.out).to.contain("OBROLAN_MESSAGES_PER_SECOND").and.to.contain("default 127.0.0.1:50051");
  });

  for (const flag of ["--version", "-v"]) {
    it(`${flag} shows the version`, async () => {
      expect(await run([flag])).to.deep.equal({ code: 0, out: `${VERSION}\n`, err: "" });
    });
  }

  it("-h, help and help COMMAND show what --help shows", async () => {
    const ways = [
      [["-h"], ["--help"]],
      [["help"], ["--help"]],
      [
        ["serve", "-h"],
        ["serve", "--help"],
      ],
      [
        ["help", "serve"],
        ["serve", "--help"],
      ],
    ] as const;
    for (const [short, long] of ways) {
      const shown = await run(long);
      expect(shown).to.include({ code: 0, err: "" });
      expect(await run(short), short.join(" ")).to.deep.equal(shown);
    }
  });

  it("each command shows its own help with -h, and connects to nothing", async () => {
    for (const { name } of ENTRIES.filter((entry) => entry.name !== "")) {
      const { code, out, err } = await run([name, "-h"]);
      expect({ code, err }, name).to.deep.equal({ code: 0, err: "" });
      expect(out).to.match(new RegExp(`^Usage: obrolan ${name} `));
    }
  });

  const wrong: [string[], Record<string, string>, RegExp][] = [
    [
      ["--serve", "x"],
      {},
      /^obrolan: --serve is not a flag of obrolan\. Did you mean --server\? See obrolan --help\.\n$/,
    ],
    [["serve", "--lisen", "x"], {}, /^obrolan: --lisen is not a flag of obrolan serve\. Did you mean --listen\?/],
    [["--server"], {}, /^obrolan: --server needs a value: --server <HOST:PORT>\./],
    [["--recent", "some"], {}, /The flag --recent is "some"; it must be a whole number/],
    [["serve", "--burst", "-1"], {}, /The flag --burst is "-1"/],
    [["serve"], { OBROLAN_BRUST: "1" }, /OBROLAN_BRUST is not known\. Did you mean OBROLAN_BURST\?/],
    [["--config", "/no/such/file"], {}, /\/no\/such\/file cannot be read/],
    [["serv"], {}, /^obrolan: There is no such command\. Did you mean serve\?/],
    [["serve", "now"], {}, /^obrolan: serve takes no such argument\. See obrolan serve --help\./],
    [["--json=yes"], {}, /^obrolan: --json takes no value\./],
    [["backup"], {}, /^obrolan: backup needs FILE: obrolan backup /],
    [["login", "ani", "secret"], {}, /^obrolan: login is not an argument of obrolan: start obrolan and type it there/],
    [["--ca", "/no/such/file"], {}, /--ca: \/no\/such\/file cannot be read: there is no such file/],
    [["serve", "--listen", "0.0.0.0:0"], {}, /0\.0\.0\.0:0 can be reached from other machines/],
    [["register", "ani", "secret"], {}, /^obrolan: register is not an argument of obrolan: start obrolan and type it/],
    [["127.0.0.1:1", "login", "ani", "secret"], {}, /^obrolan: login is not an argument of obrolan: start obrolan/],
    [["tial"], {}, /^obrolan: There is no such command\. Did you mean tail\?/],
    [["help", "serv"], {}, /^obrolan: There is no such command\. Did you mean serve\?/],
    [
      ["send", "--even-if-ofline", "hi"],
      {},
      /^obrolan: --even-if-ofline is not a flag .* Did you mean --even-if-offline\?/,
    ],
    [["chat.example.com"], {}, /^obrolan: There is no such command\. An address is HOST:PORT/],
    [["127.0.0.1:1", "--server", "127.0.0.1:2"], {}, /^obrolan: The server is named twice/],
    [["127.0.0.1:1", "secret"], {}, /^obrolan: Only the address of the server is an argument\./],
    [["127.0.0.1:1", "tail"], {}, /^obrolan: With a command, the address is a flag: obrolan tail --server HOST:PORT\./],
    [
      ["send", "two", "words"],
      {},
      /^obrolan: send takes no further argument: put words with spaces in quotation marks\./,
    ],
    [["wait"], {}, /^obrolan: wait needs --for REGEX\. See obrolan wait --help\./],
    [["search"], {}, /^obrolan: search needs WORDS: obrolan search WORDS\.\.\.\. See obrolan search --help\./],
    [["--recent", "5", "serve"], {}, /^obrolan: --recent is not a flag of obrolan serve\. See obrolan serve --help\./],
    [["completion", "ksh"], {}, /^obrolan: .*bash, zsh, fish/],
  ];
  for (const [args, env, sentence] of wrong) {
    const line = [...Object.entries(env).map((variable) => variable.join("=")), "obrolan", ...args].join(" ");
    it(`"${line}" ends with 2, and the error names what is wrong`, async () => {
      const { code, out, err } = await run(args, [], env);
      expect({ code, out }).to.deep.equal({ code: 2, out: "" });
      expect(err).to.match(sentence);
      expect(err).not.to.contain("    at ");
    });
  }
});

describe("The address of the server", () => {
  afterEach(endProcesses);
  const folder = useFolder();

  it("the program connects to the server that its argument names, also with flags after it", async () => {
    const { port } = await ServerProcess.serve(folder.path);
    const address = `127.0.0.1:${port}`;
    const first = await run([address], ["regist ani correct-horse"], { OBROLAN_SERVER: "127.0.0.1:1" });
    expect(first).to.deep.include({ code: 0, err: "entered as ani\n" });
    const second = await run([address, "--json"], ["login ani correct-horse"]);
    expect(second.out).to.contain('"event":"signedIn"');
  });

  it("a flag before the name of a command counts as one after it", async () => {
    const { port } = await ServerProcess.serve(folder.path);
    const { code, out } = await run(["--server", `127.0.0.1:${port}`, "health"]);
    expect({ code, out }).to.deep.equal({ code: 0, out: `127.0.0.1:${port} is serving.\n` });
  });
});

describe("The errors of the command line", () => {
  it("no error repeats a word that may be a password", async () => {
    const lines = [
      ["login", "ani", "hunter-2"],
      ["hunter-2"],
      ["ani.hunter-2"],
      ["127.0.0.1:1", "hunter-2"],
      ["127.0.0.1:1", "login", "ani", "hunter-2"],
      ["send", "hello", "hunter-2"],
      ["tail", "hunter-2"],
      ["help", "hunter-2"],
      ["completion", "hunter-2"],
      ["--token=hunter-2"],
      ["--json=hunter-2"],
      ["send", "-hunter-2"],
      ["send", "--hunter-2"],
    ];
    for (const args of lines) {
      const { code, out, err } = await run(args);
      expect(code, args.join(" ")).to.equal(2);
      expect(out + err, args.join(" ")).not.to.contain("hunter");
    }
  });
});

describe("The program on a Node.js that is too old", () => {
  const folder = useFolder();
  const old = `data:text/javascript,${encodeURIComponent('Object.defineProperty(process, "versions", { value: { node: "20.20.2" } })')}`;

  function runOld(program: string, ...args: string[]) {
    return spawnSync(process.execPath, ["--import", old, program, ...args], {
      encoding: "utf8",
      env: plainEnvironment(),
    });
  }

  it("in a checkout the program runs with the Node.js of node_modules, and ends with its exit code", () => {
    expect(runOld(PROGRAM, "--version")).to.deep.include({ status: 0, stdout: `${VERSION}\n` });
    expect(runOld(PROGRAM, "--recent", "some")).to.deep.include({ status: 2, stdout: "" });
  });

  it("an installed program says which Node.js it needs", () => {
    const program = path.join(folder.path, "bin.mjs");
    copyFileSync(PROGRAM, program);
    expect(runOld(program)).to.deep.include({
      status: 2,
      stderr: "obrolan: This is Node 20.20.2, and Obrolan needs 22.18 or later. Install a newer Node.\n",
    });
  });
});

describe("The program over TLS", () => {
  afterEach(endProcesses);
  const folder = useFolder();

  function write(name: string, content: Buffer): string {
    const file = path.join(folder.path, name);
    writeFileSync(file, content);
    return file;
  }

  it("the program connects only to a server whose certificate it is given", async () => {
    const { cert, key } = makeCertificate();
    const [certFile, keyFile] = [write("cert.pem", cert), write("key.pem", key)];
    const { port } = await ServerProcess.serve(folder.path, ["--tls-cert", certFile, "--tls-key", keyFile]);
    const at = ["--server", `127.0.0.1:${port}`];
    const trusted = await run([...at, "--ca", certFile], ["regist ani correct-horse", "sendall hello"]);
    expect(trusted).to.deep.include({ code: 0, err: "entered as ani\n" });
    const other = write("other.pem", makeCertificate().cert);
    expect(await run([...at, "--ca", other], ["login ani correct-horse"])).to.deep.include({ code: 3, out: "" });
  });
});
