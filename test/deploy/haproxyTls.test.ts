import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { makeCertificate } from "../support/certificate.ts";
import { within } from "../support/deadline.ts";
import { useFolder } from "../support/folder.ts";
import { Connection } from "../support/wire.ts";
import { Balancer, needsHaproxy } from "./balancer.ts";
import { Nodes } from "./nodes.ts";

describe("The proxy in front of three nodes, with TLS (deploy/haproxy.cfg)", function () {
  this.timeout(60_000);
  const folder = useFolder();
  const { cert, key } = makeCertificate();
  let nodes: Nodes | undefined;
  let balancer: Balancer | undefined;
  const connections: Connection[] = [];

  before(function () {
    needsHaproxy(this);
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.close();
    await balancer?.close();
    await nodes?.close();
  });

  async function write(name: string, ...content: Buffer[]): Promise<string> {
    const file = path.join(folder.path, name);
    await writeFile(file, Buffer.concat(content));
    return file;
  }

  /** Makes an account through the proxy. */
  async function register(username: string, ca?: Buffer): Promise<string> {
    const wire = await Connection.open({ port: balancer?.port ?? 0, ...(ca && { ca }) });
    connections.push(wire);
    return (await wire.register(username, "a good password")).username;
  }

  /** Waits until each of the three nodes has answered a health check with SERVING. */
  async function allWell(): Promise<void> {
    let states: string[] = [];
    const asked = async () => {
      while (states.join() !== "L7OK,L7OK,L7OK") {
        const [heads = "", ...rows] = (await (balancer as Balancer).order("show stat")).split("\n");
        const column = heads.split(",").indexOf("check_status");
        states = rows.filter((row) => row.startsWith("nodes,node")).map((row) => row.split(",")[column] ?? "");
      }
    };
    await within(asked(), () => `every health check to be L7OK; they are ${states}`);
  }

  it("the proxy with a certificate talks TLS to clients, and refuses a client without TLS", async () => {
    nodes = await Nodes.start();
    balancer = await Balancer.start(nodes.addresses, { PROXY_CERT: await write("proxy.pem", cert, key) });
    expect(await register("ani", cert)).to.equal("ani");
    expect(await register("budi").catch((error: Error) => error)).to.be.an("error");
  });

  it("the proxy talks TLS to nodes with a certificate, also for health checks", async () => {
    nodes = await Nodes.start({ tls: { cert, key } });
    const env = { NODES_CA: await write("ca.pem", cert), NODES_NAME: "localhost" };
    balancer = await Balancer.start(nodes.addresses, { ...env, PROXY_CERT: await write("proxy.pem", cert, key) });
    expect(await register("ani", cert)).to.equal("ani");
    await allWell();
  });

  it("the proxy sends no connection to a node whose certificate has another name", async () => {
    nodes = await Nodes.start({ tls: { cert, key } });
    balancer = await Balancer.start(nodes.addresses, { NODES_CA: await write("ca.pem", cert), NODES_NAME: "another" });
    await balancer.says(/backend '?nodes'? has no server available/);
    expect(await register("ani").catch((error: Error) => error)).to.be.an("error");
  });
});
