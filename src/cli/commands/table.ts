import { ConfigError, toggle, type Values } from "../../config/index.ts";
import { SHELLS } from "../commandLine/completion/shells.ts";
import { type Argument, type Entry, entryMaker } from "../commandLine/entry.ts";
import { text } from "../commandLine/options.ts";
import { type ClientConfig, clientRules, clientSettings, connectionSettings } from "../config.ts";
import { runServer, serverRules, serverSettings, storeRules, storeSettings } from "./serve.ts";

const entry = entryMaker([serverSettings, clientSettings]);

/** The settings of the commands for scripts: without those of a screen. */
const { recent: _, plain: __, ...scriptSettings } = clientSettings;

const FROM = text({ summary: "only messages that this user sent", placeholder: "NAME" });
const SINCE = text({
  summary:
    "begin after the message with this number, or at a time: a duration (10m, 2h, 3d) or an ISO time; by default now",
  placeholder: "ID|TIME",
});

/** The configuration of a command for scripts. It enters no room, and always prints lines. */
function forScript(config: Values<typeof scriptSettings>): ClientConfig {
  return { ...config, recent: 0, plain: true };
}

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
    run: async (config, { stdio }) => (await import("./chat.ts")).runChat(config, stdio),
  }),
  entry({
    name: "demo",
    group: "Talk",
    summary: "start a server in a temporary folder and enter its room",
    details:
      "The server listens on a free port of this machine. It says how a second person joins. When you leave, the " +
      "server ends, and its messages and accounts are removed.",
    options: {},
    settings: { plain: clientSettings.plain, language: clientSettings.language },
    rules: () => [],
    examples: [{ line: "obrolan demo", summary: "try the program without a server" }],
    run: async (config, { stdio, env }) => (await import("./demo.ts")).runDemo(config, stdio, env),
  }),
  entry({
    name: "send",
    group: "Scripts",
    summary: "send one message",
    details: "Without TEXT, or with -, the message is what standard input has, as one message.",
    arguments: [{ name: "TEXT", isRequired: false, summary: "the text of the message" }],
    options: {
      to: text({ summary: "the user to send to, alone; by default everyone", placeholder: "NAME" }),
      evenIfOffline: toggle({ summary: "send to a user who is not online, too: the message waits" }),
    },
    settings: scriptSettings,
    rules: clientRules,
    examples: [
      { line: 'obrolan send "The build is green."', summary: "send to everyone" },
      { line: 'obrolan send --to budi "Lunch?"', summary: "send to one user" },
      { line: "git log -1 | obrolan send", summary: "send the output of a program" },
    ],
    run: async (config, { options, args: [text], stdio }) =>
      (await import("./send.ts")).runSend(forScript(config), { ...options, text }, stdio),
  }),
  entry({
    name: "tail",
    group: "Scripts",
    summary: "print messages as they come",
    options: { since: SINCE },
    settings: scriptSettings,
    rules: clientRules,
    examples: [
      { line: "obrolan tail", summary: "print messages from now on" },
      {
        line: "obrolan tail --since 1h --json | jq -r .text",
        summary: "the texts of the last hour, and those to come",
      },
    ],
    run: async (config, { options, stdio }) => (await import("./tail.ts")).runTail(forScript(config), options, stdio),
  }),
  entry({
    name: "list",
    group: "Scripts",
    summary: "print who is online",
    options: {},
    settings: scriptSettings,
    rules: clientRules,
    examples: [{ line: "obrolan list", summary: "print the names" }],
    run: async (config, { stdio }) => (await import("./list.ts")).runList(forScript(config), {}, stdio),
  }),
  entry({
    name: "history",
    group: "Scripts",
    summary: "print earlier messages",
    arguments: [{ name: "NAME", isRequired: false, summary: "only the private messages with this user" }],
    options: {
      before: text({
        summary: "end before the message with this number; by default with the newest",
        placeholder: "ID",
      }),
      limit: text({ summary: "how many messages; by default 50", placeholder: "COUNT" }),
    },
    settings: scriptSettings,
    rules: clientRules,
    examples: [
      { line: "obrolan history", summary: "the last messages" },
      { line: "obrolan history budi --limit 10", summary: "the last ten private messages with budi" },
    ],
    run: async (config, { options, args: [peer], stdio }) =>
      (await import("./history.ts")).runHistory(forScript(config), { ...options, peer }, stdio),
  }),
  entry({
    name: "search",
    group: "Scripts",
    summary: "print messages that have all the words",
    arguments: [{ name: "WORDS", isRequired: true, isRepeated: true, summary: "the words" }],
    options: {
      from: FROM,
      with: text({ summary: "only the private messages with this user", placeholder: "NAME" }),
      since: text({
        summary: "only messages since then: a duration (10m, 2h, 3d) or an ISO time",
        placeholder: "TIME",
      }),
      until: text({ summary: "only messages before then: a duration or an ISO time", placeholder: "TIME" }),
      limit: text({ summary: "how many messages; by default 20", placeholder: "COUNT" }),
    },
    settings: scriptSettings,
    rules: clientRules,
    examples: [
      { line: "obrolan search red build", summary: "find messages" },
      { line: "obrolan search deploy --from budi --since 3d", summary: "what budi said of it in the last three days" },
    ],
    run: async (config, { options, args, stdio }) =>
      (await import("./search.ts")).runSearch(forScript(config), { ...options, query: args.join(" ") }, stdio),
  }),
  entry({
    name: "wait",
    group: "Scripts",
    summary: "wait for a message, and print it: exit code 5 if none comes in time",
    options: {
      for: text({
        summary: "a regular expression that the text of the message matches; required",
        placeholder: "REGEX",
      }),
      timeout: text({
        summary: "how long to wait at most (30s, 10m, 2h); by default without end",
        placeholder: "DURATION",
      }),
      from: FROM,
      since: SINCE,
    },
    settings: scriptSettings,
    rules: clientRules,
    examples: [{ line: "obrolan wait --for '^deploy done' --timeout 10m", summary: "wait for another script" }],
    run: async (config, { options: { for: pattern, ...options }, stdio }) => {
      if (pattern === undefined) throw new ConfigError(["wait needs --for REGEX. See obrolan wait --help."]);
      return (await import("./wait.ts")).runWait(forScript(config), { ...options, for: pattern }, stdio);
    },
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
    run: async (config, { options, stdio }) => (await import("./health.ts")).runHealth(config, options.liveness, stdio),
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
    run: async (config, { args: [file = ""], stdio }) => (await import("./backup.ts")).runBackup(config, file, stdio),
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
    run: async (config, { args: [file = ""], stdio }) => (await import("./restore.ts")).runRestore(config, file, stdio),
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
      (await import("./correctTimes.ts")).runCorrectTimes(config, options, stdio),
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
      (await import("./completion.ts")).runCompletion(shell, entries, stdio),
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
    run: async (_, { args: [word], stdio, entries }) => (await import("./help.ts")).runHelp(word, entries, stdio),
  }),
];
