import { createPrivateKey, type KeyObject } from "node:crypto";
import { createSecureContext } from "node:tls";
import { fileProblem, type SettingFile } from "../settingFile.ts";
import { type Certificates, certificatesOf } from "./certificates.ts";
import { type PemFile, readPem } from "./pem.ts";

/** The certificate that this program shows to others, and its key, both read and checked. */
export interface KeyPair {
  readonly certificates: Certificates;
  /** PEM. */
  readonly cert: Buffer;
  readonly key: Buffer;
}

const KEY = /^([A-Z0-9]+ )?PRIVATE KEY$/;

/**
 * Reads a certificate and its key, which may be in the same file. Throws a `ConfigError` that names the wrong file and
 * says what is wrong.
 */
export function readKeyPair(cert: SettingFile, key: SettingFile): KeyPair {
  const certificates = certificatesOf(readPem(cert), false);
  const keyFile = readPem(key);
  const own = keyOf(keyFile);
  checkKeyMatches(certificates, own.object, key);
  const pair = { certificates, cert: Buffer.from(certificates.pem), key: Buffer.from(own.pem) };
  try {
    createSecureContext({ cert: pair.cert, key: pair.key });
  } catch (cause) {
    const { reason, message } = cause as Error & { reason?: string };
    throw fileProblem(cert, `cannot be used with ${key.file}: OpenSSL says "${reason ?? message}".`, { cause });
  }
  return pair;
}

function keyOf(file: PemFile): { pem: string; object: KeyObject } {
  const block = file.blocks.find(({ label }) => KEY.test(label));
  if (block === undefined) throw fileProblem(file, `has no private key: ${describeContent(file)}`);
  const { label, text } = block;
  if (label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type:.*ENCRYPTED/m.test(text)) {
    const remedy = `(umask 077; openssl pkey -in ${file.file} -out ${file.file}.plain)`;
    throw fileProblem(
      file,
      "is encrypted, and the server cannot ask for its passphrase. " +
        `Decrypt it into a file that only this user may read: ${remedy}`,
    );
  }
  const pem = `${text}\n`;
  try {
    return { pem, object: createPrivateKey(pem) };
  } catch (cause) {
    const what =
      label === "OPENSSH PRIVATE KEY"
        ? "is a key of OpenSSH, which TLS cannot use."
        : "is damaged: its key cannot be read.";
    throw fileProblem(file, what, { cause });
  }
}

function describeContent({ blocks }: PemFile): string {
  const labels = blocks.map(({ label }) => label);
  if (labels.includes("CERTIFICATE")) return "it has a certificate. Are the two files mixed up?";
  if (labels.some((label) => label.endsWith("PUBLIC KEY"))) return "it has the public key. Name the private one.";
  return `it has ${labels.join(", ")} in it. A key begins with the line -----BEGIN PRIVATE KEY-----.`;
}

function checkKeyMatches({ list, ...cert }: Certificates, key: KeyObject, keyFile: SettingFile): void {
  const index = list.findIndex((certificate) => certificate.checkPrivateKey(key));
  if (index === 0) return;
  if (index > 0) {
    throw fileProblem(
      cert,
      `has the certificates in the wrong order: the one of the key is number ${index + 1}, and must be the first.`,
    );
  }
  const printKeys = `openssl x509 -noout -pubkey -in ${cert.file}; openssl pkey -pubout -in ${keyFile.file}`;
  throw fileProblem(
    keyFile,
    `is not the key of the certificate in ${cert.file} (${cert.setting}). ` +
      `For the right key, these two commands print the same: ${printKeys}`,
  );
}
