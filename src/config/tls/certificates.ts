import { X509Certificate } from "node:crypto";
import { fileProblem, type SettingFile } from "../settingFile.ts";
import { type PemFile, readPem } from "./pem.ts";

/** The certificates in a file that a setting names, read and checked. */
export interface Certificates extends SettingFile {
  /** Only the certificates, without other content of the file. */
  readonly pem: string;
  /** At least one certificate, in the order of the file. */
  readonly list: readonly [X509Certificate, ...X509Certificate[]];
  /**
   * True for authorities to trust, of which one valid certificate is enough. False for a chain, of which all are
   * needed.
   */
  readonly areAuthorities: boolean;
}

/** The labels that OpenSSL accepts. */
const CERTIFICATE = /^(X509 |TRUSTED )?CERTIFICATE$/;

/** Reads authorities to trust. Throws a `ConfigError` that says what is wrong with the file. */
export function readAuthorities(named: SettingFile): Certificates {
  return certificatesOf(readPem(named), true);
}

/** Parses the certificates of a file: authorities to trust, or a certificate with its chain. */
export function certificatesOf(file: PemFile, areAuthorities: boolean): Certificates {
  const blocks = file.blocks.filter(({ label }) => CERTIFICATE.test(label));
  const [first, ...others] = blocks.map(({ text }, i) => {
    try {
      return new X509Certificate(text);
    } catch (cause) {
      throw fileProblem(file, `is damaged: certificate ${i + 1} of ${blocks.length} in it cannot be read.`, { cause });
    }
  });
  if (first === undefined) throw fileProblem(file, `has no certificate: ${describeContent(file)}`);
  const pem = blocks.map(({ text }) => `${text}\n`).join("");
  return { setting: file.setting, file: file.file, pem, list: [first, ...others], areAuthorities };
}

function describeContent({ blocks }: PemFile): string {
  const labels = blocks.map(({ label }) => label);
  if (labels.some((label) => label.endsWith("PRIVATE KEY"))) {
    return "it has a private key. Are the two files mixed up?";
  }
  if (labels.some((label) => label.endsWith("CERTIFICATE REQUEST"))) {
    return "it has a request for one. Name the file that the authority made from it.";
  }
  if (labels.includes("PKCS7")) return "it is PKCS#7. Convert it: openssl pkcs7 -print_certs -in FILE -out FILE.pem";
  return `it has ${labels.join(", ")} in it. A certificate begins with the line -----BEGIN CERTIFICATE-----.`;
}
