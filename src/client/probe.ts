import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** The limit for one probe. */
const TIMEOUT_MS = 2_000;

/** Whether the server speaks TLS, with any certificate. Sends only the handshake. */
export function speaksTls(host: string, port: number): Promise<boolean> {
  return opens(connectTls({ host, port, rejectUnauthorized: false, ALPNProtocols: ["h2"] }), "secureConnect");
}

/** Whether a server listens on the port. */
export function listens(host: string, port: number): Promise<boolean> {
  return opens(connectTcp({ host, port }), "connect");
}

function opens(socket: Socket, event: string): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (opened: boolean) => {
      socket.destroy();
      resolve(opened);
    };
    socket.setTimeout(TIMEOUT_MS, () => end(false));
    socket.once(event, () => end(true));
    socket.on("error", () => end(false));
    socket.once("close", () => end(false));
  });
}
