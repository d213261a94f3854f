import type { X509Certificate } from "node:crypto";
import type { Certificates } from "./certificates.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** From so long before its end on, a certificate is reported. */
const SOON_MS = 14 * DAY_MS;
/** One that lives shorter is reported only in the last third of its life, because it is renewed more often. */
const SOON_SHARE = 1 / 3;

/** What is wrong, or soon will be, with how long a certificate is valid. */
export interface Concern {
  readonly kind: "expired" | "not valid yet" | "expires soon";
  /** A sentence for the log. */
  readonly sentence: string;
}

/** Looks at how long certificates are valid. `now`: milliseconds since the epoch. Undefined: there is nothing to report. */
export function concernAbout({ setting, file, list, areAuthorities }: Certificates, now: number): Concern | undefined {
  // The authority that lasts longest is enough; of a chain, all are needed.
  const [worst] = list
    .map((certificate) => ({ certificate, kind: kindOf(certificate, now), left: leftOf(certificate, now) }))
    .sort((a, b) => (areAuthorities ? b.left - a.left : a.left - b.left));
  if (worst === undefined || worst.kind === undefined) return undefined;
  const { certificate, kind, left } = worst;
  const which = list.length === 1 ? "the certificate" : `the certificate "${nameOf(certificate)}"`;
  const [from, to] = [certificate.validFromDate.toISOString(), certificate.validToDate.toISOString()];
  const sentences = {
    expired: `${which} in ${file} expired on ${to}. Renew it.`,
    "not valid yet": `${which} in ${file} is not valid before ${from}. Is this machine's clock right?`,
    "expires soon": `${which} in ${file} expires on ${to}, in ${Math.floor(left / DAY_MS)} days. Renew it.`,
  };
  return { kind, sentence: `${setting}: ${sentences[kind]}` };
}

function kindOf(certificate: X509Certificate, now: number): Concern["kind"] | undefined {
  const [from, to] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
  if (now >= to) return "expired";
  if (now < from) return "not valid yet";
  return to - now < Math.min(SOON_MS, (to - from) * SOON_SHARE) ? "expires soon" : undefined;
}

/** How much longer it is valid, in milliseconds. One that is not valid yet is as bad as one that has expired. */
function leftOf(certificate: X509Certificate, now: number): number {
  const isEarly = now < certificate.validFromDate.getTime();
  return isEarly ? Number.NEGATIVE_INFINITY : certificate.validToDate.getTime() - now;
}

function nameOf({ subject }: X509Certificate): string {
  return (subject ?? "").replaceAll("\n", ", ");
}
