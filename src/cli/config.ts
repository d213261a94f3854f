import { address, count, path, toggle, type Values } from "../config/index.ts";

/** The client's settings for the connection to the server. */
export const connectionSettings = {
  server: address({ summary: "the server to connect to", default: "127.0.0.1:50051", minPort: 1 }),
  ca: path({
    summary: "the certificates to trust (PEM); by default those that Node trusts",
    default: undefined,
    placeholder: "FILE",
  }),
  insecure: toggle({
    summary: "connect to another machine without TLS, with passwords unencrypted; to this machine that is the default",
  }),
};

/** All settings of the client. */
export const clientSettings = {
  ...connectionSettings,
  json: toggle({ summary: "print each event as one JSON object" }),
  recent: count({ summary: "earlier messages to show when entering", default: 20, max: 1_000_000 }),
};

/** The values of all settings of the client. */
export type ClientConfig = Values<typeof clientSettings>;

/** The values of the settings for the connection. */
export type ConnectionConfig = Values<typeof connectionSettings>;

/** Checks settings that depend on each other. Returns a sentence for each problem. */
export function clientRules({ ca, insecure }: ConnectionConfig): string[] {
  return insecure && ca !== undefined ? ["--insecure means no TLS, but --ca is set: choose one."] : [];
}
