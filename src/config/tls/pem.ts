import { createPrivateKey, X509Certificate } from "node:crypto";
import { detectEncoding } from "../decode.ts";
import { fileProblem, readSettingFile, type SettingFile } from "../settingFile.ts";

/** A block of a PEM file, between `-----BEGIN label-----` and its end. */
export interface PemBlock {
  readonly label: string;
  readonly text: string;
}

/** A PEM file. */
export interface PemFile extends SettingFile {
  readonly blocks: readonly PemBlock[];
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----/gs;

/**
 * Reads a PEM file that a setting names. Throws a `ConfigError` if the file cannot be read, is empty, or has another
 * format. The caller checks the content of the blocks.
 */
export function readPem(named: SettingFile): PemFile {
  const bytes = readSettingFile(named);
  if (bytes.length === 0) throw fileProblem(named, "is empty.");
  const encoding = detectEncoding(bytes);
  if (encoding === "UTF-16" || encoding === "UTF-32") {
    throw fileProblem(named, `is in ${encoding}. Save it as plain text (ASCII or UTF-8).`);
  }
  // Latin-1 accepts every byte: comments between the blocks may have any encoding.
  const blocks = [...bytes.toString("latin1").matchAll(BLOCK)].map(([text, label = ""]) => ({ label, text }));
  const begun = bytes.toString("latin1").split("-----BEGIN ").length - 1;
  if (begun > blocks.length) {
    throw fileProblem(named, "is damaged: a part begins with -----BEGIN and does not end. Copy the file again.");
  }
  if (blocks.length === 0) throw fileProblem(named, notPem(named.file, bytes));
  return { ...named, blocks };
}

/** Names the format of a file without a PEM block, and how to convert it. */
function notPem(file: string, bytes: Buffer): string {
  if (bytes[0] !== 0x30) return "has nothing in PEM: PEM has parts that begin with a line -----BEGIN …-----.";
  const inOut = `-in ${file} -out ${file}.pem`;
  if (isDerCertificate(bytes)) {
    return `is a certificate in DER, and must be PEM. Convert it: openssl x509 -inform DER ${inOut}`;
  }
  if (isDerKey(bytes)) {
    return `is a private key in DER, and must be PEM. Convert it: (umask 077; openssl pkey -inform DER ${inOut})`;
  }
  if (isPkcs12(bytes)) {
    const command = `openssl pkcs12 -in ${file} -nodes -out ${file}.pem`;
    return `is PKCS#12 (.p12, .pfx), and must be PEM. Convert it: (umask 077; ${command})`;
  }
  return "is in a binary format, and must be PEM.";
}

function isDerCertificate(bytes: Buffer): boolean {
  return succeeds(() => new X509Certificate(bytes));
}

function isDerKey(key: Buffer): boolean {
  return (["pkcs8", "pkcs1", "sec1"] as const).some((type) =>
    succeeds(() => createPrivateKey({ key, format: "der", type })),
  );
}

/** RFC 7292: a sequence that begins with its version, the number 3. */
function isPkcs12(bytes: Buffer): boolean {
  const lengthBytes = (bytes[1] ?? 0) & 0x80 ? (bytes[1] ?? 0) & 0x7f : 0;
  return bytes.subarray(2 + lengthBytes, 5 + lengthBytes).equals(Buffer.from([2, 1, 3]));
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
