import type { Suite } from "mocha";
import { NODES } from "./fixture.ts";

const WAYS = { "written to HTTP/2": true, "written through grpc-js": false };

let direct: boolean | undefined;

/** The option that says how servers of the current suite write responses. Empty: the server chooses. */
export function wayOfSuite(): { direct?: boolean } {
  return direct === undefined ? {} : { direct };
}

/**
 * Describes a suite twice: for a server that writes responses to the HTTP/2 stream behind grpc-js, and for one that
 * uses only the public interface.
 */
export function describeBothWays(title: string, body: (this: Suite) => void): void {
  // Each node chooses its way of writing, so the suites of a single node cover both.
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
