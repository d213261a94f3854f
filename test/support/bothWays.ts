import type { Suite } from "mocha";
import { NODES } from "./fixture.ts";

const WAYS = { "written to HTTP/2": true, "written through grpc-js": false };

let direct: boolean | undefined;

/** How the servers of the suite that is being described write their responses; undefined: as they find best. */
export function wayOfSuite(): { direct?: boolean } {
  return direct === undefined ? {} : { direct };
}

/**
 * Describes a suite twice: for a server that writes its responses to the HTTP/2 stream behind grpc-js, and for one that does without
 * what is not public.
 */
export function describeBothWays(title: string, body: (this: Suite) => void): void {
  // How a response is written is a node's own business: with one it is looked at in both ways.
  if (NODES > 1) {
    describe(title, body);
    return;
  }
  for (const [way, isDirect] of Object.entries(WAYS)) {
    describe(`${title}, ${way}`, function () {
      direct = isDirect;
      try {
        body.call(this);
      } finally {
        direct = undefined;
      }
    });
  }
}
