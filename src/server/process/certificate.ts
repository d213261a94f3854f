import { type Certificates, type KeyPair, readKeyPair } from "../../config/index.ts";
import type { Logger } from "../common/logger.ts";
import type { ServerConfig } from "../config.ts";

type TlsSettings = Pick<ServerConfig, "tlsCert" | "tlsKey">;

/** A server whose certificate can be replaced while it listens. */
interface CertificateUser {
  useCertificate(tls: { readonly cert: Buffer; readonly key: Buffer }): void;
}

/** The server's certificate and key, from the files `--tls-cert` and `--tls-key`. */
export class ServerCertificate {
  readonly #settings: TlsSettings;
  #pair: KeyPair | undefined;

  /** Reads the files, if they are set. Throws a `ConfigError` with the remedy if they cannot be used. */
  constructor(settings: TlsSettings) {
    this.#settings = settings;
    this.#pair = read(settings);
  }

  /** Undefined without TLS. */
  get pair(): KeyPair | undefined {
    return this.#pair;
  }

  /** The certificates that the server shows to new connections. */
  get certificates(): readonly Certificates[] {
    return this.#pair === undefined ? [] : [this.#pair.certificates];
  }

  /**
   * Reads the files again, and gives the certificate to the server for new connections. If the files cannot be used,
   * the server keeps the current certificate, and the log says why.
   */
  reread(server: CertificateUser, logger: Logger): void {
    try {
      const pair = read(this.#settings);
      if (pair === undefined) {
        logger.info({}, "SIGHUP: there is no certificate to read again");
        return;
      }
      server.useCertificate(pair);
      this.#pair = pair;
      const [{ subject, validTo }] = pair.certificates.list;
      logger.info({ subject, validTo }, "the certificate was read again; new connections are shown this one");
    } catch (err) {
      logger.error({ err }, "the certificate was read again and cannot be used; the one before stays");
    }
  }
}

function read({ tlsCert, tlsKey }: TlsSettings): KeyPair | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  return readKeyPair({ setting: "--tls-cert", file: tlsCert }, { setting: "--tls-key", file: tlsKey });
}
