import { once } from "node:events";
import { request } from "node:http";
import net from "node:net";
import { text } from "node:stream/consumers";
import tls from "node:tls";
import { expect } from "chai";
import { makeCertificate } from "../support/certificate.ts";
import { within } from "../support/deadline.ts";
import { differsOnBun } from "../support/runtime.ts";
import { useServer } from "../support/server.ts";

const certificate = makeCertificate();
const SENTENCE = /^This port speaks gRPC only, over HTTP\/2\. Use a client/;

/** A logger that keeps its lines. */
function lines() {
  const written: { facts: object; message: string }[] = [];
  const write = (facts: object, message: string) => written.push({ facts, message });
  return { written, logger: { info: write, warn: write, error: write } };
}

async function answerTo(socket: net.Socket, ...parts: string[]): Promise<string> {
  socket.on("error", () => {});
  for (const part of parts) {
    socket.write(part);
    // So that the server usually receives each part alone.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return within(text(socket), "the answer, and the end of the connection");
}

describe("A client of HTTP/1 at a port without TLS", function () {
  this.timeout(60_000);
  const log = lines();
  const server = useServer({ logger: log.logger });

  it("a client of HTTP/1 gets a sentence that the port speaks gRPC only, and the server logs that once", async () => {
    // Each node logs it once.
    server.stayOnOneNode();
    for (const method of ["GET", "POST", "PUT", "OPTIONS"]) {
      const call = request({ port: server.port, host: "127.0.0.1", method, path: "/" });
      call.end(method === "GET" ? undefined : "a body");
      const [response] = await within(once(call, "response"), "the response");
      expect(response.statusCode).to.equal(400);
      expect(await text(response)).to.match(SENTENCE);
    }
    const told = log.written.filter(({ message }) => message.includes("spoke HTTP/1"));
    expect(told).to.have.length(1);
  });

  it("a client of HTTP/1 gets that sentence also if its first bytes come one by one", async () => {
    const socket = net.connect(server.port, "127.0.0.1");
    const answer = await answerTo(socket, "G", "E", "T", " ", "/ HTTP/1.1\r\n\r\n");
    expect(answer)
      .to.match(/^HTTP\/1\.1 400 /)
      .and.include("gRPC only");
  });

  it("a client that sends the preface of HTTP/2 one byte at a time is served", async () => {
    const socket = net.connect(server.port, "127.0.0.1");
    socket.on("error", () => {});
    for (const byte of "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    const [first] = (await within(once(socket, "data"), "the server's settings")) as [Buffer];
    expect(first.readUInt8(3), "a frame of SETTINGS").to.equal(4);
    socket.destroy();
  });
});

describe("A call over HTTP/2 that is not gRPC", function () {
  this.timeout(60_000);
  const server = useServer();

  it("a call over HTTP/2 that is not gRPC is answered with 415 and the same sentence", async () => {
    const wire = await server.connect();
    const stream = wire.session.request({ ":method": "GET", ":path": "/" });
    const [headers] = await within(once(stream, "response"), "the response");
    expect(headers[":status"]).to.equal(415);
    expect(await within(text(stream), "the body")).to.match(SENTENCE);
  });

  it("a call of gRPC-Web is answered with 415 and the same sentence", async () => {
    const wire = await server.connect();
    for (const type of ["application/grpc-web", "application/grpc-web+proto", "application/grpc-web-text"]) {
      const path = "/grpc.health.v1.Health/Check";
      const stream = wire.session.request({ ":method": "POST", ":path": path, "content-type": type });
      stream.end(Buffer.alloc(5));
      const [headers] = await within(once(stream, "response"), "the response");
      expect(headers[":status"], type).to.equal(415);
      expect(await within(text(stream), "the body")).to.match(SENTENCE);
    }
  });

  it("a call with a content type of gRPC is served, with and without its encoding", async () => {
    const wire = await server.connect();
    for (const type of ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"]) {
      const path = "/grpc.health.v1.Health/Check";
      const stream = wire.session.request({ ":method": "POST", ":path": path, "content-type": type });
      stream.end(Buffer.alloc(5));
      const [headers] = await within(once(stream, "response"), "the response");
      expect(headers[":status"], type).to.equal(200);
      stream.resume();
      await within(once(stream, "end"), "the end of the call");
    }
  });
});

describe("A client at a port with TLS", function () {
  this.timeout(60_000);
  const log = lines();
  const server = useServer({ tls: certificate, logger: log.logger });

  it("a client that speaks HTTP/1 without TLS to a TLS port gets that sentence", async function () {
    differsOnBun(this, 10);
    const socket = net.connect(server.port, "127.0.0.1");
    expect(await answerTo(socket, "GET / HTTP/1.1\r\nhost: x\r\n\r\n")).to.include("gRPC only");
  });

  it("a client that speaks HTTP/1 over TLS gets that sentence too", async () => {
    const socket = tls.connect({ port: server.port, host: "127.0.0.1", ca: certificate.cert });
    expect(await answerTo(socket, "GET / HTTP/1.1\r\nhost: x\r\n\r\n")).to.include("gRPC only");
  });
});
