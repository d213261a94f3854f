import {
  runServer,
  serverRules,
  serverSettings,
  storeRules,
  storeSettings,
} from "../commands/serve.ts";
import { toggle } from "../../config/index.ts";
import { clientRules, clientSettings, connectionSettings } from "../config.ts";
import { type Argument, type Entry, entryMaker } from "./entry.ts";
import { SHELLS } from "./completion/shells.ts";
import { number, text } from "./options.ts";

const entry = entryMaker([serverSettings, clientSettings]);

const SERVER_ARGUMENT: Argument = {
  name: "HOST:PORT",
  isRequired: false,
  summary: "the server to connect to, as --server names it",
};
const BACKUP_ARGUMENT: Argument = { name: "FILE", isRequired: true, summary: "the backup" };

/**
 * The commands of the program, in the order of its help. Each imports its code when it runs, so that `--help` loads
 * neither the client nor the server.
 */
export const ENTRIES: readonly Entry[] = [
  entry({
    name: "",
    group: "Talk",
    summary: "A chat room. Without a command, the program connects to a server and asks you to sign in.",
    arguments: [SERVER_ARGUMENT],
    options: {},
    settings: clientSettings,
    rules: clientRules,
    examples: [
      { line: "obrolan demo", summary: "try it with a server of its own, which is removed at the end" },
      { line: "obrolan", summary: "enter the room of the server on this machine" },
      { line: "obrolan chat.example.com:50051", summary: "enter the room of another server" },
      { line: 'obrolan send "The build is green."', summary: "send a message and return to the shell" },
      { line: "obrolan serve", summary: "run a server on this machine" },
    ],
    run: async (config, { stdio }) => (await import("../commands/chat.ts")).runChat(config, stdio),
  }),
  entry({
    name: "demo",
    group: "Talk",
    summary: "start a server in a temporary folder and enter its room",
    details:
      "The server listens on a free port of this machine. It says how a second person joins. When you leave, the " +
      "server ends, and its messages and accounts are removed.",
    options: {},
    settings: {},
    rules: () => [],
    examples: [{ line: "obrolan demo", summary: "try the program without a server" }],
    run: async (_, { stdio, env }) => (await import("../commands/demo.ts")).runDemo(stdio, env),
  }),
  entry({
    name: "serve",
    group: "Server",
    summary: "run the server",
    options: {},
    settings: serverSettings,
    rules: serverRules,
    examples: [
      { line: "obrolan serve", summary: "for this machine alone; the data goes to ./obrolan-data" },
      {
        line: "obrolan serve --listen 0.0.0.0:50051 --tls-cert cert.pem --tls-key key.pem",
        summary: "for other machines, with TLS",
      },
    ],
    run: async (config, { stdio }) => {
      stdio.declareStderrLog();
      return runServer(config);
    },
  }),
  entry({
    name: "health",
    group: "Server",
    summary: "ask whether a server takes calls: exit code 0 if so, 1 if not",
    options: { liveness: toggle({ summary: "ask only whether its process is up, even if it takes no calls" }) },
    settings: connectionSettings,
    rules: clientRules,
    examples: [{ line: "obrolan health --server chat.example.com:50051", summary: "check a server" }],
    run: async (config, { options, stdio }) =>
      (await import("../commands/health.ts")).runHealth(config, options.liveness, stdio),
  }),
  entry({
    name: "backup",
    group: "Server",
    summary: "back up the server's store into a new file; the server may be running",
    arguments: [BACKUP_ARGUMENT],
    options: {},
    settings: storeSettings,
    rules: storeRules,
    examples: [{ line: "obrolan backup --data /var/lib/obrolan today.db", summary: "back up a running server" }],
    run: async (config, { args: [file = ""], stdio }) =>
      (await import("../commands/backup.ts")).runBackup(config, file, stdio),
  }),
  entry({
    name: "restore",
    group: "Server",
    summary: "replace the server's store by a backup, and keep the old store; stop the server first",
    arguments: [BACKUP_ARGUMENT],
    options: {},
    settings: storeSettings,
    rules: storeRules,
    examples: [{ line: "obrolan restore --data /var/lib/obrolan today.db", summary: "go back to a backup" }],
    run: async (config, { args: [file = ""], stdio }) =>
      (await import("../commands/restore.ts")).runRestore(config, file, stdio),
  }),
  entry({
    name: "correct-times",
    group: "Server",
    summary: "correct the times of messages sent while the clock was ahead; stop a server on the folder first",
    options: {
      yes: toggle({ summary: "correct the times; without this flag the command only names the messages" }),
    },
    settings: storeSettings,
    rules: () => [],
    examples: [
      { line: "obrolan correct-times", summary: "name the messages" },
      { line: "obrolan correct-times --yes", summary: "correct them" },
    ],
    run: async (config, { options, stdio }) =>
      (await import("../commands/correctTimes.ts")).runCorrectTimes(config, options, stdio),
  }),
  entry({
    name: "completion",
    group: "This program",
    summary: "print a script that makes the Tab key of a shell complete commands and flags",
    arguments: [{ name: "SHELL", isRequired: true, summary: `the shell: ${SHELLS.join(", ")}`, words: SHELLS }],
    options: {},
    settings: {},
    rules: () => [],
    examples: [
      { line: 'eval "$(obrolan completion bash)"', summary: "for bash, in ~/.bashrc" },
      { line: "source <(obrolan completion zsh)", summary: "for zsh, in ~/.zshrc, after compinit" },
      { line: "obrolan completion fish | source", summary: "for fish, in ~/.config/fish/config.fish" },
    ],
    run: async (_, { args: [shell = ""], stdio, entries }) =>
      (await import("../commands/completion.ts")).runCompletion(shell, entries, stdio),
  }),
  entry({
    name: "help",
    group: "This program",
    summary: "show the help of the program or of a command",
    arguments: [{ name: "COMMAND", isRequired: false, summary: "the command" }],
    options: {},
    settings: {},
    rules: () => [],
    examples: [{ line: "obrolan help serve", summary: "show the flags of the server" }],
    run: async (_, { args: [word], stdio, entries }) =>
      (await import("../commands/help.ts")).runHelp(word, entries, stdio),
  }),
];
