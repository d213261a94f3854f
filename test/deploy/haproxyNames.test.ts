import { expect } from "chai";
import { Connection } from "../support/wire.ts";
import { Balancer, needsHaproxy } from "./balancer.ts";
import { NameServer } from "./nameServer.ts";
import { Nodes } from "./nodes.ts";

describe("The proxy in front of three nodes that have names (deploy/haproxy.cfg)", function () {
  this.timeout(60_000);

  it("the proxy starts although no name of a node resolves, and finds each node when its name does", async function () {
    needsHaproxy(this);
    const nodes = await Nodes.start();
    const names = await NameServer.start();
    const addresses = nodes.addresses.map((address, i) => address.replace("127.0.0.1", `node${i + 1}.example`));
    const balancer = await Balancer.start(addresses, { PROXY_DNS: names.address });
    try {
      expect(await Connection.open({ port: balancer.port }).catch((error: Error) => error)).to.be.an("error");
      names.know();
      for (const _ of nodes.all) await balancer.says(/Server nodes\/node\d \('node\d\.example'\) is UP/);
      const wire = await Connection.open({ port: balancer.port });
      await wire.register("ana", "a good password");
      wire.close();
    } finally {
      await balancer.close();
      names.close();
      await nodes.close();
    }
  });
});
