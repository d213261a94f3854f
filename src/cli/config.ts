import { address, choice, count, name, path, toggle, type Values } from "../config/index.ts";
import { LANGUAGES } from "./catalogue/index.ts";

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

/** The client's settings for signing in without a first screen. */
export const sessionSettings = {
  user: {
    ...name({
      summary: "the account to sign in to; the password is asked for, or comes with --password-stdin",
      default: undefined,
      placeholder: "NAME",
      pattern: /^[\w.-]{1,32}$/,
      allowed: "a username",
    }),
    // A wrong one may be NAME:PASSWORD.
    secret: true,
  },
  passwordStdin: toggle({ summary: "read the password of --user from the first line of standard input" }),
  tokenFile: path({
    summary: "a file with the token of a session, which not every user of the machine may read",
    default: undefined,
    placeholder: "FILE",
  }),
  profile: name({
    summary: "the kept session and preferences to use, by a name of your own; by default those of the profile default",
    default: undefined,
    placeholder: "NAME",
    pattern: /^[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?$/,
    allowed: "1 to 32 of a-z 0-9 _ -, beginning and ending with a letter or digit",
  }),
};

/** All settings of the client. */
export const clientSettings = {
  ...connectionSettings,
  ...sessionSettings,
  json: toggle({ summary: "print each event as one JSON object" }),
  plain: toggle({ summary: "print lines only, without moving the cursor; for screen readers" }),
  language: choice({
    summary: "the language of what the program says to a person; by default that of the locale",
    default: undefined,
    placeholder: "LANGUAGE",
    words: LANGUAGES,
  }),
  recent: count({ summary: "earlier messages to show when entering", default: 50, max: 1_000_000 }),
};

/** The values of all settings of the client. */
export type ClientConfig = Values<typeof clientSettings>;

/** The values of the settings for the connection. */
export type ConnectionConfig = Values<typeof connectionSettings>;

/** The values of the settings that `openSession` uses. */
export type SessionConfig = Pick<ConnectionConfig, "server" | "insecure"> & Values<typeof sessionSettings>;

/** Checks settings that depend on each other. Returns a sentence for each problem. */
export function clientRules(config: ConnectionConfig & Partial<SessionConfig>): string[] {
  const { ca, insecure, user, passwordStdin = false, tokenFile } = config;
  const problems: string[] = [];
  if (insecure && ca !== undefined) problems.push("--insecure means no TLS, but --ca is set: choose one.");
  if (passwordStdin && user === undefined)
    problems.push("--password-stdin needs the name of the account: --user NAME.");
  if (tokenFile !== undefined && (user !== undefined || passwordStdin)) {
    problems.push("--token-file and --user each say who signs in: choose one.");
  }
  return problems;
}
