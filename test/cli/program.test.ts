import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
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

  it("--version shows the version", async () => {
    expect(await run(["--version"])).to.deep.equal({ code: 0, out: `${VERSION}\n`, err: "" });
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
