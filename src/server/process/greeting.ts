import { currentRuntime, describeRuntime } from "../../shared/runtime.ts";

/** The text for a person at a terminal when the server has started. */
export function greeting(facts: {
  address: string;
  /** The location of the data. */
  store: string;
  tlsCert: string | undefined;
  metrics: string | undefined;
}): string {
  const { address, store, tlsCert, metrics } = facts;
  const isDefault = address === "127.0.0.1:50051" && tlsCert === undefined;
  const join = ["npx obrolan", isDefault ? "" : address, tlsCert === undefined ? "" : `--ca ${tlsCert}`];
  return `
  Obrolan listens on ${address}${tlsCert === undefined ? "" : " with TLS"}
  it runs on         ${describeRuntime(currentRuntime())}
  its data is in     ${store}${metrics === undefined ? "" : `\n  its metrics are at http://${metrics}/metrics`}
  to join, type      ${join.filter((part) => part !== "").join(" ")}
  to stop it         Ctrl-C

`;
}
