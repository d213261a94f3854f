import path from "node:path";
import { expect } from "chai";
import { clientRules, clientSettings } from "../../src/cli/config.ts";
import { resolve } from "../../src/config/index.ts";
import { serverSettings } from "../../src/server/config.ts";
import { useFolder } from "../support/folder.ts";
import { endProcesses, ServerProcess } from "../support/process.ts";
import { run } from "../support/program.ts";

/** The variables that Kubernetes sets beside a Service called `obrolan` with ports of TCP, UDP and SCTP. */
const KUBERNETES = {
  OBROLAN_SERVICE_HOST: "10.96.140.12",
  OBROLAN_SERVICE_PORT: "50051",
  OBROLAN_SERVICE_PORT_GRPC: "50051",
  OBROLAN_SERVICE_PORT_METRICS_HTTP: "9464",
  OBROLAN_PORT: "tcp://10.96.140.12:50051",
  OBROLAN_PORT_50051_TCP: "tcp://10.96.140.12:50051",
  OBROLAN_PORT_50051_TCP_PROTO: "tcp",
  OBROLAN_PORT_50051_TCP_PORT: "50051",
  OBROLAN_PORT_50051_TCP_ADDR: "10.96.140.12",
  OBROLAN_PORT_9464_UDP: "udp://10.96.140.12:9464",
  OBROLAN_PORT_9464_UDP_PROTO: "udp",
  OBROLAN_PORT_9464_UDP_PORT: "9464",
  OBROLAN_PORT_9464_UDP_ADDR: "10.96.140.12",
  OBROLAN_PORT_7_SCTP: "sctp://10.96.140.12:7",
};

/** The variables of Services whose names begin with `obrolan-`. One of them has a name like a setting. */
const NEIGHBOURS = {
  OBROLAN_METRICS_SERVICE_HOST: "fd00::12",
  OBROLAN_METRICS_SERVICE_PORT: "9464",
  OBROLAN_METRICS_PORT: "tcp://[fd00::12]:9464",
  OBROLAN_METRICS_PORT_9464_TCP_ADDR: "fd00::12",
  OBROLAN_SERVER_SERVICE_HOST: "10.96.140.13",
  OBROLAN_SERVER_PORT: "tcp://10.96.140.13:50051",
};

/** The variables of `docker run --link server:obrolan`, and of `links` in Compose. */
const DOCKER = {
  OBROLAN_NAME: "/client/obrolan",
  OBROLAN_1_NAME: "/project_client_1/obrolan_1",
  OBROLAN_1_PORT: "tcp://172.17.0.5:50051",
  OBROLAN_ENV_NODE_VERSION: "24.4.0",
  OBROLAN_ENV_OBROLAN_LISTEN: "0.0.0.0:50051",
  OBROLAN_1_ENV_PATH: "/usr/bin",
  OBROLAN_PORT_50051_TCP_START: "tcp://172.17.0.5:50051",
  OBROLAN_PORT_50051_TCP_END: "tcp://172.17.0.5:50052",
  OBROLAN_PORT_50051_TCP_PORT_START: "50051",
  OBROLAN_PORT_50051_TCP_PORT_END: "50052",
};

const LINKS = { ...KUBERNETES, ...NEIGHBOURS, ...DOCKER };

describe("A variable of a Service or a link called obrolan", () => {
  const folder = useFolder();
  afterEach(endProcesses);

  const client = (env: Record<string, string>) =>
    resolve({ table: clientSettings, others: [serverSettings], rules: clientRules, flags: {}, env });

  for (const [name, value] of Object.entries(LINKS)) {
    it(`the variable of a Service or link is not a setting: ${name}=${value}`, () => {
      expect(client({ [name]: value })).to.deep.equal(client({}));
    });
  }

  it("server, health check, backup and client run beside a Service or link called obrolan", async () => {
    const data = path.join(folder.path, "data");
    const { port } = await ServerProcess.serve(data, [], { env: LINKS });
    const server = `127.0.0.1:${port}`;
    expect(await run(["health", "--server", server], [], LINKS)).to.include({ code: 0, err: "" });
    const backup = await run(["backup", "--data", data, path.join(folder.path, "copy.db")], [], LINKS);
    expect(backup).to.include({ code: 0, err: "" });
    const lines = ["regist ana a-good-password", "sendall hello", "logout"];
    expect(await run(["--server", server], lines, LINKS)).to.include({ code: 0 });
  });

  it("variables of Services and links do not hide a mistyped setting", async () => {
    const mistyped = [
      ["OBROLAN_LISTN", "127.0.0.1:0", "OBROLAN_LISTEN"],
      ["OBROLAN_SERVERS", "127.0.0.1:0", "OBROLAN_SERVER"],
      ["OBROLAN_TLS_CERTS", "", "OBROLAN_TLS_CERT"],
    ] as const;
    for (const [name, value, meant] of mistyped) {
      const { code, err } = await run(["health"], [], { ...LINKS, [name]: value });
      expect(code).to.equal(2);
      expect(err).to.equal(`obrolan: The environment variable ${name} is not known. Did you mean ${meant}?\n`);
    }
    for (const [name, value] of [
      ["OBROLAN_PORT", "50051"],
      ["OBROLAN_NAME", "budi"],
    ] as const) {
      const { code, err } = await run(["health"], [], { [name]: value });
      expect(code).to.equal(2);
      expect(err).to.include(`The environment variable ${name} is not known`);
    }
  });
});
