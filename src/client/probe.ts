import type { EventEmitter } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** The limit for one probe. */
const TIMEOUT_MS = 2_000;

/** Whether the server speaks TLS, with any certificate. Sends only the handshake. */
export function speaksTls(host: string, port: number): Promise<boolean> {
  return opens(connectTls({ host, port, rejectUnauthorized: false, ALPNProtocols: ["h2"] }), "secureConnect");
}

/** Whether the server speaks HTTP/2 without TLS. The probe sends only the preface of HTTP/2. */
export function speaksPlainText(host: string, port: number): Promise<boolean> {
  const socket = connectTcp({ host, port });
  const session = connectHttp2("http://probe", { createConnection: () => socket });
  session.on("error", () => {});
  return opens(socket, "remoteSettings", session).finally(() => session.destroy());
}

/** Whether a server listens on the port. */
export function listens(host: string, port: number): Promise<boolean> {
  return opens(connectTcp({ host, port }), "connect");
}

/** Whether `emitter` emits `event` before the socket closes. Closes the socket. */
function opens(socket: Socket, event: string, emitter: EventEmitter = socket): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (opened: boolean) => {
      socket.destroy();
      resolve(opened);
    };
    socket.setTimeout(TIMEOUT_MS, () => end(false));
    emitter.once(event, () => end(true));
    socket.on("error", () => end(false));
    socket.once("close", () => end(false));
  });
}
