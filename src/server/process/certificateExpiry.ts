import { type Certificates, concernAbout } from "../../config/index.ts";
import type { Logger } from "../common/logger.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** What the watch over certificates is made with. */
export interface ExpiryWatching {
  /** Those in use; asked each time, and may throw if a file cannot be read any more. */
  readonly certificates: () => readonly Certificates[];
  readonly logger: Logger;
  /** Milliseconds since the epoch. Default: the system's. */
  readonly clock?: () => number;
  /** Calls an action again and again; returns how to stop that. Default: with the system's timer. */
  readonly repeat?: (action: () => void, everyMs: number) => () => void;
}

/**
 * Looks once, and then every day, at how long the certificates in use are valid, and logs a line for each that has expired, is not
 * valid yet, or expires soon. Returns how to stop.
 */
export function watchExpiry({ certificates, logger, clock = Date.now, repeat = every }: ExpiryWatching): () => void {
  const look = () => {
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
  look();
  return repeat(look, DAY_MS);
}

function every(action: () => void, ms: number): () => void {
  const timer = setInterval(action, ms).unref();
  return () => clearInterval(timer);
}
