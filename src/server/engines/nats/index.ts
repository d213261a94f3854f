import type { Bus } from "../../log/ports/bus.ts";
import { parseAddresses } from "./addresses.ts";
import { NatsBus } from "./bus.ts";
import { checkIdentity, type Identity } from "./identity.ts";
import { type Notice, Notices } from "./notices.ts";

export type { NatsBus } from "./bus.ts";
export type { Identity } from "./identity.ts";
export type { Notice } from "./notices.ts";

/** What a NATS bus is opened with. */
export interface NatsBusOptions {
  /** One address or several with commas between them: see `parseAddresses`. */
  readonly url: string;
  /** Default: nobody in particular. */
  readonly identity?: Identity;
  /** The bus of this node alone: its handlers are those that the hints of other nodes reach too. */
  readonly local: Bus;
  /** Takes what an operator wants to know: NATS is there, is away, does not do what it should. The same at most once a minute. */
  readonly report: (notice: Notice) => void;
  /** How often NATS is asked whether it is still there, in milliseconds; a connection that is dead is found within 4 of these. Default: 1,000. */
  readonly pingInterval?: number;
}

/**
 * Opens the bus between nodes: core NATS as a hint, with one subject a log. NATS need not be there: the bus connects by itself,
 * whenever it can and for ever. Throws an error for people where the URL or the identity cannot be used; it has no password in it.
 */
export function openNatsBus(options: NatsBusOptions): NatsBus {
  const { url, identity = {}, local, report, pingInterval = 1_000 } = options;
  const addresses = parseAddresses(url);
  checkIdentity(identity, addresses);
  return new NatsBus({ addresses, identity, pingInterval, local, notices: new Notices(report) });
}
