/** A folder or file, and the imports that it may have besides its own files. */
export interface Folder {
  readonly path: string;
  /** Folders and files of the repository. */
  readonly imports: readonly string[];
  /** npm packages, and `node:` for the modules of Node.js. "any" allows all of them. */
  readonly packages: "any" | readonly string[];
  readonly why: string;
}

const S = "src/server";
const DOMAIN =
  "a domain folder does not depend on transport, SQL or protobuf: declare a port, which an engine implements";
const ENGINE = "an engine implements ports, and depends neither on rpc/ nor on another engine";
const TEST = "tests share code through test/support";

function folder(path: string, imports: readonly string[], why: string, packages: Folder["packages"] = "any"): Folder {
  return { path, imports, packages, why };
}

/** A folder below src/server that imports only from folders below src/server, and by default no packages. */
function server(name: string, imports: readonly string[], why: string, packages: Folder["packages"] = []): Folder {
  return folder(
    `${S}/${name}`,
    imports.map((other) => `${S}/${other}`),
    why,
    packages,
  );
}

/** A folder or file below src/cli that imports from others there, and from folders of `src`. */
function cli(
  name: string,
  own: readonly string[],
  others: readonly string[],
  why: string,
  packages: Folder["packages"] = ["node:"],
): Folder {
  return folder(`src/cli/${name}`, [...own.map((path) => `src/cli/${path}`), ...others], why, packages);
}

/** Files of src/cli that its folders use. */
const CLI_FILES = [
  "config.ts",
  "exit.ts",
  "exitCode.ts",
  "openClient.ts",
  "optionsToFlags.ts",
  "programName.ts",
  "roomWords.ts",
  "signInLine.ts",
];
/** What a command of the program imports. */
const COMMAND = [
  ...["catalogue", "commandLine", "commands", "demo", "room", "session", "terminal", "text", "openTerminal.ts"],
  ...CLI_FILES,
];
const CLIENT = ["src/client", "src/config", "src/shared"];

const DOMAINS = ["common", "accounts", "log", "search", "presence", "chat"];

/**
 * The allowed directions of imports. For each file, the row with the longest matching path counts. In short:
 *
 *     main → server → rpc → node → chat → presence, search, log, accounts → common    cli → client → gen
 *                     engines → the ports of the domain folders
 *
 *     in cli: commands → room → session → terminal → editor → text, catalogue
 *             commands → openTerminal.ts → screen → terminal    commands → commandLine, demo
 */
export const directions: readonly Folder[] = [
  folder("src/shared", [], "src/shared serves client and server, and depends on neither", ["node:"]),
  folder("src/config", ["src/shared"], "settings depend neither on the server nor on the client"),
  folder("src/client", ["src/gen", "src/shared"], "the client library depends on the contract, and not on the server"),
  folder("src/cli", ["src/cli", ...CLIENT], "the CLI talks to a server through src/client"),
  ...CLI_FILES.map((file) =>
    cli(
      file,
      ["catalogue", ...CLI_FILES],
      CLIENT,
      "folders of src/cli use this file, and it knows none of them",
      "any",
    ),
  ),
  cli("catalogue", [], [], "the catalogue has only sentences", []),
  cli("text", [], [], "text/ knows text, and nothing of a chat or a terminal", ["get-east-asian-width"]),
  cli("editor", ["catalogue", "text"], [], "the editor knows keys and text: the screen reads and draws", []),
  cli(
    "terminal",
    [
      ...["catalogue", "text", "editor/completion.ts", "editor/view.ts"],
      ...["exitCode.ts", "optionsToFlags.ts", "signInLine.ts"],
    ],
    CLIENT,
    "terminal/ shows items, and knows neither the screen nor the room: openTerminal.ts chooses the terminal",
  ),
  cli(
    "screen",
    ["catalogue", "text", "editor", "terminal", "signInLine.ts"],
    [],
    "the screen draws what terminal/ lays out, and knows neither the room nor the client",
  ),
  cli(
    "session",
    ["catalogue", "terminal/inputError.ts", "terminal/output.ts", "config.ts", "exit.ts", "optionsToFlags.ts"],
    CLIENT,
    "session/ keeps files and opens sessions, and knows neither the room nor the items of a terminal",
  ),
  cli(
    "room",
    ["catalogue", "text", "editor", "terminal", "session", ...CLI_FILES],
    CLIENT,
    "room/ talks to the interface Terminal, and knows no screen and no command line",
  ),
  cli(
    "commandLine",
    ["terminal/output.ts", "exitCode.ts"],
    ["src/config"],
    "commandLine/ describes commands, and imports none: the table is in commands/",
    [],
  ),
  cli("demo", [], [], "demo/ starts a server as a process"),
  cli("demo/serverProcess.ts", ["main.ts"], [], "this process runs the program, and nothing else"),
  cli("commands", COMMAND, CLIENT, "a command uses the folders of src/cli, and not the program that calls it"),
  // These commands run on the machine of the server and use its code.
  ...["serve", "backup", "restore", "correctTimes"].map((command) =>
    cli(`commands/${command}.ts`, COMMAND, [...CLIENT, S], "src/gen is the client's", "any"),
  ),

  server("common", [], DOMAIN),
  server("accounts", ["common"], DOMAIN),
  server("log", ["common"], DOMAIN),
  server("search", ["common", "log"], DOMAIN),
  server("presence", ["common", "accounts"], DOMAIN),
  server("chat", ["common", "accounts", "log", "search", "presence"], DOMAIN),
  server("node", DOMAINS, "a node composes the domain folders, and does not depend on transport, SQL or protobuf"),
  ...["memory", "sqlite", "postgres", "nats", "secrets", "shared"].map((engine) =>
    server(
      `engines/${engine}`,
      ["common", "accounts/ports", "log/ports", "log/entry.ts", "presence/ports", "search", "net", "engines/shared"],
      ENGINE,
      "any",
    ),
  ),
  folder(`${S}/engines`, [S, "src/config", "src/shared"], "the engines do not depend on the client"),
  folder(
    `${S}/rpc`,
    ["src/gen", "src/shared", ...[...DOMAINS, "node"].map((name) => `${S}/${name}`)],
    "rpc/ calls the node, and does not depend on engines",
  ),
  folder(`${S}/net`, [`${S}/common`, "src/shared"], "net/ handles sockets, and does not depend on the chat", ["node:"]),
  folder(
    `${S}/process`,
    [`${S}/common`, `${S}/config.ts`, "src/config", "src/shared"],
    "process/ does not depend on the chat",
    ["node:"],
  ),
  folder(
    `${S}/metrics`,
    [...["common", "chat/counters.ts", "log/ports", "node"].map((name) => `${S}/${name}`), "src/shared"],
    "metrics/ reads the counters of the node, and depends neither on engines nor on rpc/",
    ["node:"],
  ),
  folder(S, [S, "src/config", "src/shared"], "the server does not depend on the client"),

  folder("scripts", ["src"], "scripts use the program's own tables"),

  folder("bench/machine", [], "bench/machine measures the machine, and knows no scenario"),
  folder("bench/chart", [], "bench/chart draws, and knows no scenario"),
  folder("bench/wires", ["src/gen"], "a wire knows one protocol"),
  folder("bench/model", ["bench/wires"], "bench/model has the types that the benchmark shares"),
  folder("bench/peers", ["bench/wires", "src/gen"], "a peer is a server to compare with"),
  folder("bench/targets", ["bench/machine", "bench/peers", "bench/wires", "scripts"], "a target starts one server"),
  folder(
    "bench/load",
    ["bench/machine", "bench/model", "bench/peers", "bench/targets", "bench/wires", S],
    "the load knows no scenario",
  ),
  folder(
    "bench/scenarios",
    ["bench/chart", "bench/load", "bench/machine", "bench/model", "bench/peers", "bench/targets", "bench/wires", "src"],
    "a scenario knows neither the run nor the docs",
  ),
  folder(
    "bench/run",
    ["bench/chart", "bench/load", "bench/machine", "bench/model", "bench/scenarios"],
    "the run knows no docs",
  ),
  folder(
    "bench/docs",
    ["bench/machine", "bench/model", "bench/run", "bench/scenarios"],
    "the docs are made from results",
  ),
  folder("bench", ["bench"], "the benchmark knows src/ through bench/load and bench/scenarios"),
  folder("bench/test", ["bench", "src/gen", "scripts"], "tests of the benchmark need nothing else"),

  folder("test/support", ["src", "scripts"], "test/support is used by the tests, and knows none of them"),
  folder("test/contract", ["src", "test/support"], TEST),
  folder("test/rig", ["src", "test/support", "scripts"], "the rig of the fault and load tests knows none of them"),
  ...["faults", "cluster", "soak"].map((name) =>
    folder(`test/${name}`, ["src", "test/support", "test/rig", "bench/chart", "scripts"], TEST),
  ),
  folder("test", ["src", "test/support", "test/contract", "examples", "scripts"], TEST),
  folder("examples", ["src/client"], "examples use the client library alone"),
];
