import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { clientSettings } from "../../src/cli/config.ts";
import { ConfigError, decodeText, resolve } from "../../src/config/index.ts";
import { findJsonFault } from "../../src/config/json.ts";
import { serverRules, serverSettings } from "../../src/server/config.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { run } from "../support/program.ts";

const SECRET = "rahasia123";
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

describe("The file of settings", () => {
  const folder = useFolder();
  afterEach(endProcesses);

  function file(...content: (string | Buffer)[]): string {
    const name = path.join(folder.path, "obrolan.json");
    writeFileSync(name, Buffer.concat(content.map((part) => Buffer.from(part as string))));
    return name;
  }

  /** The error of a server that refuses its file of settings. */
  function refusal(config: string): string {
    try {
      resolve({ table: serverSettings, others: [clientSettings], rules: serverRules, flags: { config }, env: {} });
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigError);
      const { message } = error as ConfigError;
      expect(message).to.not.include(SECRET);
      expect(message).to.match(/^[^\n]+$/);
      return message;
    }
    throw new Error(`${config} was not refused`);
  }

  it("the program ends with 2 and prints the error about its file of settings, and nothing else", async () => {
    const config = file(`${SECRET}`);
    const { code, out, err } = await run(["serve", "--config", config]);
    expect({ code, out, err }).to.deep.equal({ code: 2, out: "", err: `obrolan: ${refusal(config)}\n` });
  });

  it("the file of settings may begin with a byte-order mark and have Windows line ends", async () => {
    const data = JSON.stringify(path.join(folder.path, "data"));
    const config = file(MARK, `{\r\n  "listen": "127.0.0.1:0",\r\n  "data": ${data}\r\n}\r\n`);
    const server = ServerProcess.spawn(["--config", config]);
    expect(await server.port()).to.be.greaterThan(0);
  });

  it("a file of settings that is not UTF-8 is refused, and the error names UTF-16 and UTF-32", async () => {
    const text = `{"databaseUrl": "postgres://u:${SECRET}@h/d"}`;
    const little = Buffer.from(text, "utf16le");
    const big = Buffer.from(little).swap16();
    for (const content of [[Buffer.from([0xff, 0xfe]), little], [Buffer.from([0xfe, 0xff]), big], [little], [big]]) {
      const config = file(...content);
      expect(refusal(config)).to.equal(
        `--config: ${config} is text in UTF-16. Save it as UTF-8; on Linux: iconv -f UTF-16 -t UTF-8 ${config}.`,
      );
    }
    expect(refusal(file(Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0])))).to.include("is text in UTF-32.");
    expect(refusal(file(Buffer.from([0x7b, 0xe9, 0x7d])))).to.include("is not text in UTF-8.");
  });

  it("a file of settings that is not JSON is refused with the line and column, and without its text", async () => {
    const faults: [string, number, number][] = [
      [`{"databaseUrl": "${SECRET}",}`, 1, 20 + SECRET.length],
      [`{\n  "burst": 3\n  "databaseUrl": "${SECRET}"\n}`, 3, 3],
      [`{\n  // ${SECRET}\n}`, 2, 3],
      [`{'databaseUrl': '${SECRET}'}`, 1, 2],
      [`databaseUrl: ${SECRET}\n`, 1, 1],
      [`${SECRET}`, 1, 1],
      [`{"databaseUrl": ${SECRET}}`, 1, 17],
      [`{"burst": 1} ${SECRET}`, 1, 14],
      [`{"data": "${SECRET}`, 1, 10],
    ];
    for (const [text, line, column] of faults) {
      const config = file(text);
      const told = refusal(config);
      expect(told, text).to.match(/^--config: .* is not valid JSON from line \d+, column \d+ on\. /);
      expect(told, text).to.include(` from line ${line}, column ${column} on.`);
    }
  });

  it("a file of settings that is missing, a folder, empty, not an object or too large is refused", async () => {
    const missing = path.join(folder.path, "missing.json");
    expect(refusal(missing)).to.equal(`--config: ${missing} cannot be read: there is no such file.`);
    mkdirSync(path.join(folder.path, "folder"));
    expect(refusal(path.join(folder.path, "folder"))).to.include("cannot be read: it is a folder; name the file.");
    expect(refusal(file(""))).to.include("is empty: write one JSON object, at least {}.");
    expect(refusal(file(`["${SECRET}"]`))).to.include("must contain one JSON object");
    expect(refusal("/dev/zero")).to.include("is larger than 4194304 bytes");
  });

  it("errors about settings do not repeat values that may be secrets", async () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n`;
    for (const [setting, value, told] of [
      ["tlsKey", key, "has the content of a file, not its name; it must be the name of a file"],
      ["listen", `ana:${SECRET}@127.0.0.1:0`, "cannot be used; it must be HOST:PORT"],
      ["logLevel", `postgres://db/d?password=${SECRET}`, "cannot be used; it must be one of trace"],
      ["burst", { password: SECRET }, "is an object; it must be a whole number"],
      ["burst", [SECRET], "is a list; it must be a whole number"],
      ["databaseUrl", SECRET, "cannot be used; it must be postgres://"],
      ["listen", `${SECRET}:`.padEnd(100, "0"), "cannot be used; it must be HOST:PORT"],
    ] as const) {
      expect(refusal(file(JSON.stringify({ [setting]: value }))))
        .to.include(`"${setting}" in `)
        .and.include(told);
    }
  });

  it("an empty string or null in the file sets nothing", async () => {
    const empty = { tlsCert: "", tlsKey: null, databaseUrl: "", natsUrl: null, burst: "", insecure: null };
    const config = file(JSON.stringify({ ...empty, listen: "127.0.0.1:0", data: path.join(folder.path, "data") }));
    expect(await ServerProcess.spawn(["--config", config]).port()).to.be.greaterThan(0);
  });
});

describe("An empty variable", () => {
  const folder = useFolder();
  afterEach(endProcesses);

  const names = [
    ...["LISTEN", "DATA", "DATABASE_URL", "NATS_URL", "NATS_CREDS", "NATS_CA", "NATS_CERT", "NATS_KEY", "TLS_CERT"],
    ...["TLS_KEY", "INSECURE", "PROXY_PROTOCOL", "RETAIN_DAYS", "RETAIN_MESSAGES", "MESSAGES_PER_SECOND", "BURST"],
    ...["LOGIN_FAILURES", "METRICS_LISTEN", "LOG_LEVEL", "SERVER", "CA", "JSON", "RECENT", "CONFIG"],
  ].map((name) => `OBROLAN_${name}`);
  const env = Object.fromEntries(names.map((name) => [name, ""]));

  it("an empty variable sets nothing, for each setting of server, health check, backup and client", async () => {
    const data = path.join(folder.path, "data");
    const { port } = await ServerProcess.serve(data, [], { env });
    const server = `127.0.0.1:${port}`;
    expect(await run(["health", "--server", server], [], env)).to.include({ code: 0, err: "" });
    const backup = await run(["backup", "--data", data, path.join(folder.path, "copy.db")], [], env);
    expect(backup).to.include({ code: 0, err: "" });
    const lines = ["regist ana a-good-password", "logout"];
    expect(await run(["--server", server], lines, env)).to.include({ code: 0 });
  });

  it("an empty variable does not hide the value in the file", async () => {
    const config = path.join(folder.path, "obrolan.json");
    writeFileSync(config, JSON.stringify({ server: "127.0.0.1:1" }));
    const { err } = await run(["health", "--config", config], [], env);
    expect(err).to.include("127.0.0.1:1");
  });
});

describe("findJsonFault", () => {
  it("findJsonFault finds a fault exactly if JSON.parse refuses the text", () => {
    const texts = [
      ...["{}", "[]", "null", "-1.5e+3", '"\\u00e9\\n"', '{"a":[1,{"b":true}],"c":"d"}', " [ 1 , 2 ] ", '"\u007f"'],
      ...["", "{", "[1,]", '{"a"}', '{"a":}', "01", "1.", '"\\x"', '"\t"', "nul", "[] []", "{a:1}", "\u00a0{}", "NaN"],
    ];
    for (const text of texts) {
      const parses = () => {
        JSON.parse(text);
        return true;
      };
      let isJson = false;
      try {
        isJson = parses();
      } catch {}
      expect(findJsonFault(text) === undefined, text).to.equal(isJson);
    }
  });
});

describe("decodeText", () => {
  it("decodeText removes the byte-order mark", () => {
    expect(decodeText(Buffer.concat([MARK, Buffer.from("é\r\n")]), "x")).to.deep.equal({ text: "é\r\n" });
  });
});
