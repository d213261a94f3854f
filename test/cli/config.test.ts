import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { clientRules, clientSettings } from "../../src/cli/config.ts";
import { ConfigError, didYouMean, resolve, toMarkdown, withoutSecrets } from "../../src/config/index.ts";
import { serverRules, serverSettings } from "../../src/server/config.ts";
import { parseAddress } from "../../src/shared/address.ts";

const DATABASE = { databaseUrl: "postgres://db/obrolan" };

interface Given {
  flags?: Record<string, unknown>;
  env?: Record<string, string>;
}

function server({ flags = {}, env = {} }: Given = {}) {
  return resolve({ table: serverSettings, others: [clientSettings], rules: serverRules, flags, env });
}

function client({ flags = {}, env = {} }: Given = {}) {
  return resolve({ table: clientSettings, others: [serverSettings], rules: clientRules, flags, env });
}

function problems(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("The settings", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "obrolan-test-"));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function file(content: unknown): string {
    const name = path.join(folder, "obrolan.json");
    writeFileSync(name, typeof content === "string" ? content : JSON.stringify(content));
    return name;
  }

  it("the defaults start the server on a laptop", () => {
    expect(server()).to.deep.equal({
      listen: "127.0.0.1:50051",
      data: "obrolan-data",
      databaseUrl: undefined,
      natsUrl: undefined,
      natsCreds: undefined,
      natsCa: undefined,
      natsCert: undefined,
      natsKey: undefined,
      tlsCert: undefined,
      tlsKey: undefined,
      insecure: false,
      proxyProtocol: false,
      retainDays: 0,
      retainMessages: 0,
      messagesPerSecond: 10,
      burst: 20,
      loginFailures: 5,
      maxConnections: 10_000,
      maxConnectionsPerAddress: 256,
      metricsListen: undefined,
      runtime: "node",
      logLevel: "info",
    });
  });

  it("a flag wins over the environment, the environment over a file, and a file over the default", () => {
    const config = file({ burst: 1, loginFailures: 1, messagesPerSecond: 1 });
    const env = { OBROLAN_CONFIG: config, OBROLAN_BURST: "2", OBROLAN_LOGIN_FAILURES: "2" };
    const { burst, loginFailures, messagesPerSecond, logLevel } = server({ flags: { burst: "3" }, env });
    expect([burst, loginFailures, messagesPerSecond, logLevel]).to.deep.equal([3, 2, 1, "info"]);
    const other = path.join(folder, "other.json");
    writeFileSync(other, '{"burst": 9}');
    expect(server({ flags: { config: other }, env: { OBROLAN_CONFIG: config } }).burst).to.equal(9);
  });

  it("a wrong setting is refused with its name, its source, its value and the allowed values", () => {
    expect(problems(() => server({ flags: { burst: "many" } }))).to.deep.equal([
      'The flag --burst is "many"; it must be a whole number from 0 to 1000000 (0: as many as they like).',
    ]);
    expect(problems(() => server({ env: { OBROLAN_LOG_LEVEL: "loud" } }))).to.deep.equal([
      'The environment variable OBROLAN_LOG_LEVEL is "loud"; it must be one of trace, debug, info, warn, error, fatal, silent.',
    ]);
    const config = file({ insecure: "yes", burst: -1 });
    expect(problems(() => server({ flags: { config } }))).to.deep.equal([
      `"insecure" in ${config} is "yes"; it must be true or false.`,
      `"burst" in ${config} is -1; it must be a whole number from 0 to 1000000 (0: as many as they like).`,
    ]);
  });

  it("a switch can be set in the environment", () => {
    expect(client({ env: { OBROLAN_JSON: "true" } }).json).to.equal(true);
    expect(client({ env: { OBROLAN_JSON: "false" } }).json).to.equal(false);
    expect(problems(() => client({ env: { OBROLAN_JSON: "1" } }))[0]).to.contain("it must be true or false");
  });

  it("an unknown setting is refused with the nearest name", () => {
    expect(problems(() => server({ env: { OBROLAN_BRUST: "3" } }))).to.deep.equal([
      "The environment variable OBROLAN_BRUST is not known. Did you mean OBROLAN_BURST?",
    ]);
    const config = file({ "login-failures": 3 });
    expect(problems(() => server({ flags: { config } }))).to.deep.equal([
      `"login-failures" in ${config} is not known. Did you mean loginFailures?`,
    ]);
  });

  it("the settings of the server and of the client can share the environment and the file", () => {
    const config = file({ server: "127.0.0.1:1234", listen: "127.0.0.1:1234" });
    const env = { OBROLAN_BURST: "7", OBROLAN_RECENT: "3", OBROLAN_CONFIG: config };
    expect(server({ env })).to.include({ burst: 7, listen: "127.0.0.1:1234" });
    expect(client({ env })).to.include({ recent: 3, server: "127.0.0.1:1234" });
  });

  it("several wrong settings are reported together", () => {
    expect(problems(() => server({ flags: { burst: "x", listen: "y" }, env: { OBROLAN_Z: "" } }))).to.have.length(3);
  });

  it("TLS needs both of its files", () => {
    expect(problems(() => server({ flags: { tlsCert: "a.pem" } }))).to.deep.equal([
      "--tls-cert is set and --tls-key is not: TLS needs both.",
    ]);
    expect(problems(() => server({ flags: { tlsKey: "a.pem" } }))).to.deep.equal([
      "--tls-key is set and --tls-cert is not: TLS needs both.",
    ]);
  });

  it("an address that other machines can reach needs TLS or --insecure", () => {
    for (const listen of ["0.0.0.0:50051", "[::]:50051", "192.168.1.2:50051", "chat.example.org:50051"]) {
      expect(problems(() => server({ flags: { listen } }))[0]).to.match(/can be reached from other machines/);
      expect(server({ flags: { listen, insecure: true } }).listen).to.equal(listen);
      expect(server({ flags: { listen, tlsCert: "a", tlsKey: "b" } }).listen).to.equal(listen);
    }
    for (const listen of ["127.0.0.1:0", "127.1.2.3:1", "[::1]:50051", "localhost:65535"]) {
      expect(server({ flags: { listen } }).listen).to.equal(listen);
    }
    expect(
      problems(() => server({ flags: { listen: "0.0.0.0:1", insecure: true, tlsCert: "a", tlsKey: "b" } })),
    ).to.have.length(1);
  });

  it("Bun needs a limit on connections on an address that other machines can reach", () => {
    const open = { listen: "0.0.0.0:50051", insecure: true, maxConnections: "0" };
    expect(server({ flags: open }).maxConnections).to.equal(0);
    expect(problems(() => server({ flags: { ...open, runtime: "bun" } }))).to.deep.equal([
      "0.0.0.0:50051 can be reached from other machines, and --max-connections is 0: with --runtime bun give a number, because Bun has no bound of its own (docs/runtimes.md).",
    ]);
    expect(server({ flags: { ...open, runtime: "bun", maxConnections: "9" } }).maxConnections).to.equal(9);
    expect(server({ flags: { runtime: "bun", maxConnections: "0" } }).runtime).to.equal("bun");
    const unbounded = { ...open, runtime: "bun", maxConnections: "9", maxConnectionsPerAddress: "0" };
    expect(problems(() => server({ flags: unbounded }))).to.deep.equal([
      "0.0.0.0:50051 can be reached from other machines, and --max-connections-per-address is 0: with --runtime bun give a number, because Bun has no bound of its own (docs/runtimes.md).",
    ]);
  });

  it("NATS needs a database, and the error says why", () => {
    const [databaseUrl, natsUrl] = ["postgres://u:secret@db/obrolan", "nats://u:secret@a:4222,tls://b,c:4223"];
    expect(server({ flags: { databaseUrl, natsUrl } })).to.include({ databaseUrl, natsUrl });
    expect(server({ flags: { databaseUrl } }).natsUrl).to.equal(undefined);
    const [problem, ...others] = problems(() => server({ env: { OBROLAN_NATS_URL: natsUrl } }));
    expect(others).to.deep.equal([]);
    expect(problem).to.match(/^--nats-url is set and --database-url is not: .* would be another room\.$/);
    expect(problem).to.not.contain("secret");
  });

  it("credentials for NATS need NATS, and a certificate needs its key", () => {
    const [databaseUrl, natsUrl] = ["postgres://db/obrolan", "nats://a"];
    const files = { natsCreds: "a.creds", natsCa: "ca.pem", natsCert: "cert.pem", natsKey: "key.pem" };
    expect(server({ flags: { databaseUrl, natsUrl, ...files } })).to.include(files);
    for (const [key, value] of Object.entries(files)) {
      const flag = `--nats-${key.slice(4).toLowerCase()}`;
      expect(problems(() => server({ flags: { databaseUrl, [key]: value } }))).to.deep.equal([
        `${flag} is set and --nats-url is not: say where NATS is.`,
      ]);
    }
    expect(problems(() => server({ flags: { databaseUrl, natsUrl, natsCert: "cert.pem" } }))).to.deep.equal([
      "--nats-cert is set and --nats-key is not: TLS needs both.",
    ]);
  });

  it("a wrong URL of a database or of NATS is refused and never shown", () => {
    for (const [key, urls] of [
      ["databaseUrl", ["", "secret", "mysql://u:secret@db/x", "postgres://", "postgres://u:secret pass@db"]],
      ["natsUrl", ["", "http://u:secret@a", "nats://a,,nats://b", "nats://a,ws://u:secret@b", "u:secret/x@a"]],
    ] as const) {
      for (const flag of urls) {
        const found = problems(() => server({ flags: { [key]: flag, ...(key === "natsUrl" ? DATABASE : {}) } }));
        expect(found, flag).to.have.length(1);
        expect(found[0]).to.match(/^The flag --(database|nats)-url cannot be used; it must be \w+:\/\//);
        expect(found[0]).to.not.contain("secret");
      }
    }
  });

  it("only the part of a URL without secrets is shown", () => {
    for (const [url, shown] of [
      [
        "postgres://u:secret@db.example:5432/obrolan?sslmode=verify-full&password=secret",
        "postgres://db.example:5432/obrolan",
      ],
      ["nats://token@a:4222, tls://u:secret@[::1]:4223/,b", "nats://a:4222,tls://[::1]:4223,b"],
      ["u:secret@c:1", "c:1"],
      ["nats://a b:secret@", "…"],
    ] as const)
      expect(withoutSecrets(url)).to.equal(shown);
  });

  it("metrics are off by default, and not on the server's port", () => {
    expect(server().metricsListen).to.equal(undefined);
    expect(server({ env: { OBROLAN_METRICS_LISTEN: "0.0.0.0:9464" } }).metricsListen).to.equal("0.0.0.0:9464");
    const [both, any] = ["127.0.0.1:50051", "127.0.0.1:0"];
    expect(problems(() => server({ flags: { metricsListen: both } }))).to.deep.equal([
      "--listen and --metrics-listen are both 127.0.0.1:50051: give the metrics a port of their own.",
    ]);
    expect(server({ flags: { listen: any, metricsListen: any } }).metricsListen).to.equal(any);
    expect(problems(() => server({ flags: { metricsListen: "9464" } }))[0]).to.match(/^The flag --metrics-listen is /);
  });

  it("only an address is accepted as an address", () => {
    for (const listen of [
      "",
      "50051",
      ":50051",
      "localhost",
      "localhost:",
      "localhost:65536",
      "::1:50051",
      "a b:1",
      "http://a:1",
    ]) {
      expect(problems(() => server({ flags: { listen } }))[0], listen).to.match(/^The flag --listen is /);
    }
    expect(problems(() => client({ flags: { server: "localhost:0" } }))[0]).to.contain("the port from 1 to 65535");
    expect(parseAddress("[::1]:50051")).to.deep.equal({ host: "::1", port: 50051 });
  });

  it("settings of the client that contradict each other are refused", () => {
    expect(problems(() => client({ flags: { ca: "ca.pem", insecure: true } }))).to.have.length(1);
  });

  it("every setting has a row in the table of the docs", () => {
    const markdown = toMarkdown(serverSettings);
    for (const key of Object.keys(serverSettings)) expect(markdown).to.contain(`| \`${key}\` |`);
    expect(markdown).to.contain("| `--login-failures COUNT` | `OBROLAN_LOGIN_FAILURES` | `loginFailures` | `5` |");
  });
});

describe("nearest", () => {
  it("the nearest name is suggested if it is near", () => {
    expect(didYouMean("lisen", ["listen", "data"])).to.equal(". Did you mean listen?");
    expect(didYouMean("brust", ["burst"])).to.equal(". Did you mean burst?");
    expect(didYouMean("something", ["listen", "data"])).to.equal(".");
    expect(didYouMean("anything", [])).to.equal(".");
  });
});
