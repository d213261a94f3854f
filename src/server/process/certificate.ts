import { type Certificates, type KeyPair, readKeyPair } from "../../config/index.ts";
import type { Logger } from "../common/logger.ts";
import type { ServerConfig } from "../config.ts";

type TlsSettings = Pick<ServerConfig, "tlsCert" | "tlsKey">;

/** A server that can change its certificate while it listens. */
interface CertificateUser {
  useCertificate(tls: { readonly cert: Buffer; readonly key: Buffer }): void;
}

/** The certificate of the server, from `--tls-cert` and `--tls-key`. It can be read again while the server runs. */
export class ServerCertificate {
  readonly #settings: TlsSettings;
  #pair: KeyPair | undefined;

  /** Reads the files. Throws a `ConfigError` with the remedy if they cannot be used. */
  constructor(settings: TlsSettings) {
    this.#settings = settings;
    this.#pair = read(settings);
  }

  /** Undefined without TLS. */
  get pair(): KeyPair | undefined {
    return this.#pair;
  }

  /** The certificates that new connections are shown. */
  get certificates(): readonly Certificates[] {
    return this.#pair === undefined ? [] : [this.#pair.certificates];
  }

  /**
   * Reads the files again and gives them to the server for new connections. If they cannot be used, the current
   * certificate stays, and the log says why.
   */
  renew(server: CertificateUser, logger: Logger): void {
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
