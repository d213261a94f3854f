import { generateKeyPairSync, sign } from "node:crypto";

/** A self-signed certificate for 127.0.0.1 and localhost, and its key, in PEM. */
export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const UTF8 = 0x0c;
const TIME = 0x17;
const BITS = 0x03;
const OCTETS = 0x04;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const ECDSA_WITH_SHA256 = oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02);

const HOUR_MS = 3_600_000;

/**
 * Makes a certificate, by default valid from an hour ago to an hour ahead. It is encoded by hand, because Node.js can
 * sign, but cannot make certificates.
 */
export function makeCertificate(from = Date.now() - HOUR_MS, to = Date.now() + HOUR_MS): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(SEQUENCE, ECDSA_WITH_SHA256);
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, oid(0x55, 0x04, 0x03), der(UTF8, Buffer.from("localhost")))));
  const validity = der(SEQUENCE, time(from), time(to));
  const address = der(0x87, Buffer.from([127, 0, 0, 1]));
  const alternative = der(
    SEQUENCE,
    oid(0x55, 0x1d, 0x11),
    der(OCTETS, der(SEQUENCE, address, der(0x82, Buffer.from("localhost")))),
  );
  const body = der(
    SEQUENCE,
    der(VERSION, Buffer.from([2, 1, 2])),
    Buffer.from([2, 1, 1]),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(EXTENSIONS, der(SEQUENCE, alternative)),
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = der(SEQUENCE, body, algorithm, der(BITS, Buffer.from([0]), signature));
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    key: Buffer.from(privateKey.export({ type: "pkcs8", format: "pem" })),
    cert: Buffer.from(`-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`),
  };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function oid(...bytes: number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return der(TIME, Buffer.from(`${digits}Z`));
}
