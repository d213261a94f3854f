import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { readAuthorities } from "../../src/config/index.ts";
import { watchExpiry } from "../../src/server/process/certificateExpiry.ts";
import { makeCertificate } from "../support/certificate.ts";
import { useFolder } from "../support/folder.ts";

const DAY = 24 * 60 * 60 * 1_000;

describe("watchExpiry", () => {
  const folder = useFolder();

  it("watchExpiry logs expiring certificates once a day, and continues after a read error", () => {
    const start = Date.UTC(2026, 10, 30);
    const file = path.join(folder.path, "cert.pem");
    writeFileSync(file, makeCertificate(start - 75 * DAY, start + 15 * DAY).cert);
    const lines: string[] = [];
    const log = (level: string) => (_facts: object, message: string) =>
      void lines.push(`${level} ${message.replace(/ on \d.*$/, " on")}`);
    let now = start;
    let tick = () => {};
    let everyMs = 0;
    let isStopped = false;
    const certificates = () => [readAuthorities({ setting: "--tls-cert", file })];
    const stop = watchExpiry({
      certificates,
      logger: { info: log("info"), warn: log("warn"), error: log("error") },
      clock: () => now,
      repeat: (action, ms) => {
        [tick, everyMs] = [action, ms];
        return () => {
          isStopped = true;
        };
      },
    });
    const logged = () => lines.splice(0).map((line) => line.replaceAll(file, "FILE"));
    expect(everyMs).to.equal(DAY);
    expect(logged()).to.deep.equal([]);
    now += 2 * DAY;
    tick();
    expect(logged()).to.deep.equal(["warn --tls-cert: the certificate in FILE expires on"]);
    now += 14 * DAY;
    tick();
    expect(logged()).to.deep.equal(["error --tls-cert: the certificate in FILE expired on"]);
    writeFileSync(file, "");
    tick();
    expect(logged()).to.deep.equal(["error a certificate that is in use cannot be read again"]);
    writeFileSync(file, makeCertificate(now - DAY, now + 90 * DAY).cert);
    tick();
    expect(logged()).to.deep.equal([]);
    stop();
    expect(isStopped).to.equal(true);
  });
});
