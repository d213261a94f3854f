import { address, count, path, toggle, type Values } from "../config/index.ts";

/** Those of the client's settings that say where the server is, and how to talk to it. */
export const reachSettings = {
  server: address({ summary: "the server to talk to", default: "127.0.0.1:50051", minPort: 1 }),
  ca: path({
    summary: "the certificates to trust (PEM); by itself the client trusts what Node does",
    default: undefined,
    placeholder: "FILE",
  }),
  insecure: toggle({ summary: "talk without TLS to another machine, passwords too; to this one that is the default" }),
};

/** The client's settings. */
export const clientSettings = {
  ...reachSettings,
  json: toggle({ summary: "print one JSON object an event" }),
  recent: count({ summary: "earlier messages to show when entering", default: 20, max: 1_000_000 }),
};

/** What the client's settings come to. */
export type ClientConfig = Values<typeof clientSettings>;

/** What those come to that say where the server is. */
export type ReachConfig = Values<typeof reachSettings>;

/** What no setting by itself can see: a sentence for each thing that is wrong. */
export function clientRules({ ca, insecure }: ReachConfig): string[] {
  return insecure && ca !== undefined ? ["--insecure means no TLS, but --ca is set: choose one."] : [];
}
