import { type Certificates, concernAbout } from "../../config/index.ts";
import type { Logger } from "../common/logger.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** What `watchExpiry` needs. */
export interface ExpiryWatchOptions {
  /** Returns the certificates in use. Called for each check. May throw if a file can no longer be read. */
  readonly certificates: () => readonly Certificates[];
  readonly logger: Logger;
  /** Milliseconds since the epoch. Default: the system's clock. */
  readonly clock?: () => number;
  /** Calls an action at an interval, and returns a function that stops it. Default: `setInterval`. */
  readonly repeat?: (action: () => void, everyMs: number) => () => void;
}

/**
 * Checks the certificates in use, at once and then once a day. Logs a line for each one that has expired, is not valid
 * yet, or expires soon. Returns a function that stops the checks.
 */
export function watchExpiry(options: ExpiryWatchOptions): () => void {
  const { certificates, logger, clock = Date.now, repeat = every } = options;
  const check = () => {
    try {
      for (const each of certificates()) {
        const concern = concernAbout(each, clock());
        if (concern?.kind === "expires soon") logger.warn({}, concern.sentence);
        else if (concern !== undefined) logger.error({}, concern.sentence);
      }
    } catch (err) {
      logger.error({ err }, "a certificate that is in use cannot be read again");
    }
  };
  check();
  return repeat(check, DAY_MS);
}

function every(action: () => void, ms: number): () => void {
  const timer = setInterval(action, ms).unref();
  return () => clearInterval(timer);
}
