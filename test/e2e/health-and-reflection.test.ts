import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { expect } from "chai";
import { Code } from "../support/ending.ts";
import { checkHealth, Health, watchHealth } from "../support/health.ts";
import { bytesOf, stringsOf, varintOf } from "../support/protobuf.ts";
import { useServer } from "../support/server.ts";
import type { Connection } from "../support/wire.ts";

const SERVICE = "obrolan.v1.ChatService";

describe("Health", function () {
  this.timeout(60_000);
  const server = useServer();

  for (const service of ["", SERVICE]) {
    it(`the health of "${service}" is SERVING, and needs no token`, async () => {
      const wire = await server.connect();
      expect(await checkHealth(wire, service)).to.have.property("status", Health.SERVING);
      expect(await watchHealth(wire, service)()).to.equal(Health.SERVING);
    });
  }

  it("the health of an unknown service is NOT_FOUND", async () => {
    const { ending } = await checkHealth(await server.connect(), "nothing.v1.Service");
    expect(ending.code).to.equal(Code.NOT_FOUND);
  });
});

for (const version of ["v1", "v1alpha"]) {
  describe(`Reflection ${version}`, function () {
    this.timeout(60_000);
    const server = useServer();

    async function ask(wire: Connection, field: number, value: string): Promise<Uint8Array> {
      const request = new BinaryWriter()
        .uint32(field * 8 + 2)
        .string(value)
        .finish();
      const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
      const { responses, ending } = await wire.callBytes(path, request);
      expect(ending.code, ending.message).to.equal(Code.OK);
      return responses[0] ?? Buffer.alloc(0);
    }

    it("reflection lists the services, and needs no token", async () => {
      const response = await ask(await server.connect(), 7, "");
      const names = bytesOf(bytesOf(response, 6)[0] ?? Buffer.alloc(0), 1).flatMap((service) => stringsOf(service, 1));
      expect(names).to.include.members([SERVICE, "grpc.health.v1.Health"]);
    });

    for (const symbol of [SERVICE, "obrolan.v1.ChatRequest", `${SERVICE}.Chat`]) {
      it(`reflection returns the file of ${symbol}, and each file that it imports`, async () => {
        const wire = await server.connect();
        const response = await ask(wire, 4, symbol);
        const files = bytesOf(bytesOf(response, 4)[0] ?? Buffer.alloc(0), 1);
        const chat = files.find((file) => stringsOf(file, 2)[0] === "obrolan.v1");
        expect(chat && stringsOf(chat, 1)[0]).to.equal("obrolan/v1/chat.proto");
        for (const dependency of stringsOf(chat ?? Buffer.alloc(0), 3)) {
          const answer = await ask(wire, 3, dependency);
          const [file] = bytesOf(bytesOf(answer, 4)[0] ?? Buffer.alloc(0), 1);
          expect(file && stringsOf(file, 1)[0]).to.equal(dependency);
        }
      });
    }

    for (const name of ["ErrorInfo", "BadRequest", "RetryInfo", "Status"]) {
      it(`reflection returns google.rpc.${name} and its imports, which tools need to show errors`, async () => {
        const wire = await server.connect();
        const response = await ask(wire, 4, `google.rpc.${name}`);
        const [file = Buffer.alloc(0)] = bytesOf(bytesOf(response, 4)[0] ?? Buffer.alloc(0), 1);
        expect(stringsOf(file, 2)).to.deep.equal(["google.rpc"]);
        for (const dependency of stringsOf(file, 3)) {
          const [found] = bytesOf(bytesOf(await ask(wire, 3, dependency), 4)[0] ?? Buffer.alloc(0), 1);
          expect(found && stringsOf(found, 1)[0]).to.equal(dependency);
        }
      });
    }

    it("reflection returns the contract with its comments", async () => {
      const response = await ask(await server.connect(), 4, SERVICE);
      const files = bytesOf(bytesOf(response, 4)[0] ?? Buffer.alloc(0), 1);
      const comments = files.flatMap((file) => bytesOf(file, 9)).map((info) => Buffer.from(info).toString());
      expect(comments.join()).to.include("Signs in to an account that exists.");
    });

    it("reflection returns the health service too", async () => {
      const response = await ask(await server.connect(), 4, "grpc.health.v1.Health");
      expect(bytesOf(bytesOf(response, 4)[0] ?? Buffer.alloc(0), 1)).to.not.deep.equal([]);
    });

    it("reflection answers NOT_FOUND for an unknown symbol", async () => {
      const response = await ask(await server.connect(), 4, "nothing.v1.Service");
      expect(Number(varintOf(bytesOf(response, 7)[0] ?? Buffer.alloc(0), 1))).to.equal(Code.NOT_FOUND);
    });
  });
}
