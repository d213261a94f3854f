import type { X509Certificate } from "node:crypto";
import type { Certificates } from "./certificates.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** A certificate is reported from this time before its end. */
const SOON_MS = 14 * DAY_MS;
/** A certificate with a short validity is reported only in the last third of it, because it is renewed more often. */
const SOON_SHARE = 1 / 3;

/** A problem with the validity of a certificate. */
export interface Concern {
  readonly kind: "expired" | "not valid yet" | "expires soon";
  /** A sentence for the log. */
  readonly sentence: string;
}

/** Checks the validity of certificates. `now`: milliseconds since the epoch. Undefined: there is nothing to report. */
export function concernAbout({ setting, file, list, areAuthorities }: Certificates, now: number): Concern | undefined {
  // One valid authority is enough. Of a chain, all certificates are needed.
  const [worst] = list
    .map((certificate) => ({
      certificate,
      kind: kindOf(certificate, now),
      remainingMs: remainingMsOf(certificate, now),
    }))
    .sort((a, b) => (areAuthorities ? b.remainingMs - a.remainingMs : a.remainingMs - b.remainingMs));
  if (worst === undefined || worst.kind === undefined) return undefined;
  const { certificate, kind, remainingMs } = worst;
  const which = list.length === 1 ? "the certificate" : `the certificate "${nameOf(certificate)}"`;
  const [from, to] = [certificate.validFromDate.toISOString(), certificate.validToDate.toISOString()];
  const sentences = {
    expired: `${which} in ${file} expired on ${to}. Renew it.`,
    "not valid yet": `${which} in ${file} is not valid before ${from}. Is this machine's clock right?`,
    "expires soon": `${which} in ${file} expires on ${to}, in ${Math.floor(remainingMs / DAY_MS)} days. Renew it.`,
  };
  return { kind, sentence: `${setting}: ${sentences[kind]}` };
}

function kindOf(certificate: X509Certificate, now: number): Concern["kind"] | undefined {
  const [from, to] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
  if (now >= to) return "expired";
  if (now < from) return "not valid yet";
  return to - now < Math.min(SOON_MS, (to - from) * SOON_SHARE) ? "expires soon" : undefined;
}

/** The remaining validity in milliseconds. A certificate that is not valid yet is as bad as an expired one. */
function remainingMsOf(certificate: X509Certificate, now: number): number {
  const isEarly = now < certificate.validFromDate.getTime();
  return isEarly ? Number.NEGATIVE_INFINITY : certificate.validToDate.getTime() - now;
}

function nameOf({ subject }: X509Certificate): string {
  return (subject ?? "").replaceAll("\n", ", ");
}
