import type { Bus } from "../../log/ports/bus.ts";
import { parseAddresses } from "./addresses.ts";
import { NatsBus } from "./bus.ts";
import { checkIdentity, type Identity } from "./identity.ts";
import { type Notice, Notices } from "./notices.ts";

export type { NatsBus } from "./bus.ts";
export type { Identity } from "./identity.ts";
export type { Notice } from "./notices.ts";

/** The options of `openNatsBus`. */
export interface NatsBusOptions {
  /** Comma-separated addresses: see `parseAddresses`. */
  readonly url: string;
  /** Default: none. */
  readonly identity?: Identity;
  /** The bus within this node. Its handlers also receive the notifications of other nodes. */
  readonly local: Bus;
  /** Receives entries for the operator's log; the same warning is not repeated within a minute (see `Notices`). */
  readonly report: (notice: Notice) => void;
  /** How often NATS is pinged, in milliseconds. A dead connection is closed within 4 intervals. Default: 1,000. */
  readonly pingIntervalMs?: number;
}

/**
 * Opens the bus between nodes, on core NATS with one subject for each log. NATS may be unavailable: the bus connects
 * and reconnects until it is closed. Throws an error for the operator, without a password, if the URL or the identity
 * is invalid.
 */
export function openNatsBus(options: NatsBusOptions): NatsBus {
  const { url, identity = {}, local, report, pingIntervalMs = 1_000 } = options;
  const addresses = parseAddresses(url);
  checkIdentity(identity, addresses);
  return new NatsBus({ addresses, identity, pingIntervalMs, local, notices: new Notices(report) });
}
