import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { ConfigError, concernAbout, readAuthorities, readKeyPair } from "../../src/config/index.ts";
import { makeCertificate } from "../support/certificate.ts";
import { useFolder } from "../support/folder.ts";

const [own, other] = [makeCertificate(), makeCertificate()];
const keyObject = createPrivateKey(own.key);
const passphrase = "rahasia123";
const pem = (label: string, body: string) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/** The first bytes of a PKCS#12 file. */
const PKCS12 = Buffer.from("308209d602010330820992", "hex");

describe("The TLS files that settings name", () => {
  const folder = useFolder();

  const write = (name: string, ...content: (string | Buffer)[]) => {
    const file = path.join(folder.path, name);
    writeFileSync(file, Buffer.concat(content.map((part) => Buffer.from(part as string))));
    return file;
  };
  const readPair = (cert: string, key: string) =>
    readKeyPair({ setting: "--tls-cert", file: cert }, { setting: "--tls-key", file: key });
  const refusal = (action: () => unknown): string => {
    try {
      action();
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigError);
      const { message } = error as Error;
      expect(message)
        .to.not.include(passphrase)
        .and.not.match(/-----BEGIN \w+-----\s/);
      return message.replaceAll(`${folder.path}/`, "");
    }
    return "nothing was wrong";
  };

  it("a certificate and its key are read from one file or two, with other content around them", () => {
    const both = write("both.pem", own.key, own.cert);
    for (const [cert, key] of [
      [write("cert.pem", own.cert), write("key.pem", own.key)],
      [both, both],
      [write("marked.pem", MARK, own.cert), write("windows.pem", `${own.key}`.replaceAll("\n", "\r\n"))],
      [write("chain.pem", "subject=Jos\xe9\n", own.cert, other.cert), write("sec1.pem", sec1())],
    ] as const) {
      const pair = readPair(cert, key);
      expect(pair.certificates.list[0].raw).to.deep.equal(new X509Certificate(own.cert).raw);
      expect(createPrivateKey(pair.key).equals(keyObject)).to.equal(true);
    }
  });

  const sec1 = () =>
    `${pem("EC PARAMETERS", "BggqhkjOPQMBBw==")}${keyObject.export({ type: "sec1", format: "pem" }) as string}`;
  const encrypted = (type: "pkcs8" | "sec1") =>
    keyObject.export({ type, format: "pem", cipher: "aes-128-cbc", passphrase }) as string;
  const weak = () =>
    generateKeyPairSync("rsa", { modulusLength: 512 }).privateKey.export({ type: "pkcs8", format: "pem" });

  const keys: [string, () => string | Buffer, RegExp][] = [
    [
      "of another certificate",
      () => other.key,
      /^--tls-key: key is not the key of the certificate in cert \(--tls-cert\)\. .*openssl x509 .* cert; openssl pkey .* key$/,
    ],
    ["of another kind", weak, /^--tls-key: key is not the key of the certificate in cert/],
    ["encrypted", () => encrypted("pkcs8"), /^--tls-key: key is encrypted, .*openssl pkey -in key -out key\.plain/],
    ["encrypted in the old format", () => encrypted("sec1"), /^--tls-key: key is encrypted, /],
    [
      "in DER",
      () => keyObject.export({ type: "pkcs8", format: "der" }),
      /^--tls-key: key is a private key in DER, .*openssl pkey -inform DER -in key -out key\.pem/,
    ],
    ["in PKCS#12", () => PKCS12, /^--tls-key: key is PKCS#12 .*openssl pkcs12 -in key -nodes/],
    [
      "the certificate",
      () => own.cert,
      /^--tls-key: key has no private key: it has a certificate\. Are the two files mixed up\?$/,
    ],
    ["the public key", () => pem("PUBLIC KEY", "AAAA"), /^--tls-key: key has no private key: it has the public key\./],
    ["of OpenSSH", () => pem("OPENSSH PRIVATE KEY", "AAAA"), /^--tls-key: key is a key of OpenSSH/],
    ["damaged", () => pem("PRIVATE KEY", "AAAA"), /^--tls-key: key is damaged: its key cannot be read\.$/],
    ["cut off", () => own.key.subarray(0, 80), /^--tls-key: key is damaged: .* does not end/],
    ["empty", () => "", /^--tls-key: key is empty\.$/],
    ["junk", () => passphrase, /^--tls-key: key has nothing in PEM: /],
    ["in UTF-16", () => Buffer.from(`\ufeff${own.key}`, "utf16le"), /^--tls-key: key is in UTF-16\. /],
  ];
  for (const [what, content, told] of keys) {
    it(`a key is refused, and the error names its setting and file: ${what}`, () => {
      const [cert, key] = [write("cert", own.cert), write("key", content())];
      expect(refusal(() => readPair(cert, key))).to.match(told);
    });
  }

  const certificates: [string, () => string | Buffer, RegExp][] = [
    [
      "in DER",
      () => new X509Certificate(own.cert).raw,
      /^--tls-cert: cert is a certificate in DER, .*openssl x509 -inform DER -in cert -out cert\.pem$/,
    ],
    [
      "the key",
      () => own.key,
      /^--tls-cert: cert has no certificate: it has a private key\. Are the two files mixed up\?$/,
    ],
    [
      "a request for a certificate",
      () => pem("CERTIFICATE REQUEST", "AAAA"),
      /^--tls-cert: cert has no certificate: it has a request for one\./,
    ],
    ["PKCS#7", () => pem("PKCS7", "AAAA"), /openssl pkcs7 -print_certs/],
    ["something else in PEM", () => pem("DH PARAMETERS", "AAAA"), /has no certificate: it has DH PARAMETERS in it\./],
    [
      "not the first of its file",
      () => Buffer.concat([other.cert, own.cert]),
      /^--tls-cert: cert has the certificates in the wrong order: .* number 2, and must be the first\.$/,
    ],
    [
      "followed by a damaged one",
      () => `${own.cert}${pem("CERTIFICATE", "AAAA")}`,
      /^--tls-cert: cert is damaged: certificate 2 of 2/,
    ],
    [
      "followed by one that is cut off",
      () => `${own.cert}${`${other.cert}`.slice(0, 80)}`,
      /^--tls-cert: cert is damaged: .* does not end/,
    ],
    ["empty", () => "", /^--tls-cert: cert is empty\.$/],
    ["junk", () => "hello", /^--tls-cert: cert has nothing in PEM: /],
  ];
  for (const [what, content, told] of certificates) {
    it(`a certificate is refused, and the error says what the file has: ${what}`, () => {
      const [cert, key] = [write("cert", content()), write("key", own.key)];
      expect(refusal(() => readPair(cert, key))).to.match(told);
    });
  }

  it("a TLS file that is missing, a folder or not readable is refused", () => {
    const key = write("key", own.key);
    mkdirSync(path.join(folder.path, "folder"));
    expect(refusal(() => readPair(path.join(folder.path, "no"), key))).to.equal(
      "--tls-cert: no cannot be read: there is no such file.",
    );
    expect(refusal(() => readPair(path.join(folder.path, "folder"), key))).to.match(/it is a folder; name the file\.$/);
    // The superuser may read everything.
    if (process.getuid?.() === 0) return;
    const secret = write("secret", own.cert);
    chmodSync(secret, 0);
    expect(refusal(() => readPair(secret, key))).to.match(/the user that runs this program may not read it\.$/);
  });

  it("a file of authorities without a certificate is refused", () => {
    const readCa = (content: string | Buffer) => readAuthorities({ setting: "--ca", file: write("ca", content) });
    expect(readCa(Buffer.concat([own.cert, other.cert])).list).to.have.length(2);
    expect(refusal(() => readCa("hello"))).to.match(/^--ca: ca has nothing in PEM/);
    expect(refusal(() => readCa(""))).to.equal("--ca: ca is empty.");
    expect(refusal(() => readCa(own.key))).to.match(/^--ca: ca has no certificate: it has a private key/);
  });
});

describe("concernAbout", () => {
  const folder = useFolder();
  const DAY = 24 * 60 * 60 * 1_000;
  const now = Date.UTC(2026, 10, 30);

  /** The report about certificates that are valid in these spans, in days from now. */
  function concern(areAuthorities: boolean, ...spans: [from: number, to: number][]) {
    const file = path.join(folder.path, "cert.pem");
    const made = spans.map(([from, to]) => makeCertificate(now + from * DAY, now + to * DAY));
    writeFileSync(file, Buffer.concat(made.map(({ cert }) => cert)));
    return concernAbout({ ...readAuthorities({ setting: "--tls-cert", file }), areAuthorities }, now);
  }

  it("a certificate is not reported while 14 days are left, or a third of its validity if that is less", () => {
    expect(concern(false, [-1, 14.5])).to.equal(undefined);
    expect(concern(false, [-3, 3])).to.equal(undefined);
    expect(concern(false, [-76, 15])).to.equal(undefined);
  });

  it("a certificate that has expired, is not valid yet, or expires soon is reported", () => {
    const kinds = [
      [-90, -1],
      [-90, 0],
      [1, 90],
      [-76, 13.9],
      [-5, 1],
    ].map(([from = 0, to = 0]) => concern(false, [from, to])?.kind);
    expect(kinds).to.deep.equal(["expired", "expired", "not valid yet", "expires soon", "expires soon"]);
    const file = path.join(folder.path, "cert.pem");
    expect(concern(false, [-76, 13.9])?.sentence).to.equal(
      `--tls-cert: the certificate in ${file} expires on 2026-12-13T21:36:00.000Z, in 13 days. Renew it.`,
    );
    expect(concern(false, [-90, -1])?.sentence).to.equal(
      `--tls-cert: the certificate in ${file} expired on 2026-11-29T00:00:00.000Z. Renew it.`,
    );
    expect(concern(false, [1, 90])?.sentence).to.include(
      "is not valid before 2026-12-01T00:00:00.000Z. Is this machine's clock",
    );
  });

  it("concernAbout reports the worst certificate of a chain, but of several authorities the best", () => {
    expect(concern(false, [-90, 90], [-90, -1])?.sentence).to.match(/the certificate "CN=localhost" in .* expired on/);
    expect(concern(true, [-90, 90], [-90, -1])).to.equal(undefined);
    expect(concern(true, [-90, -2], [-90, -1])?.kind).to.equal("expired");
  });
});
