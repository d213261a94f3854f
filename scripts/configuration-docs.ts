import { synopsisOf } from "../src/cli/commandLine/helpText.ts";
import { ENTRIES } from "../src/cli/commands/table.ts";
import { clientSettings } from "../src/cli/config.ts";
import { flagOf, toMarkdown } from "../src/config/index.ts";
import { serverSettings } from "../src/server/config.ts";

/** Makes docs/configuration.md, the page of all settings. */
export function configurationDocs(): string {
  return `# Configuration

Generated from the tables of settings in \`src/server/config.ts\` and \`src/cli/config.ts\`, and from the table of
commands in \`src/cli/commands/table.ts\`, by \`npm run generate\`. Change the tables, not this page.

A flag takes precedence over the environment, the environment over a file, and a file over the default. The file
is one JSON object, such as \`{"burst": 40}\`. \`--config FILE\` or \`OBROLAN_CONFIG\` names it, and server and
client may share it. An unknown name in the file, an unknown variable that starts with \`OBROLAN_\`, and an
invalid value are errors. No error repeats a value that may have a password in it. A setting with an empty *default*
is not set.

An empty variable sets nothing, and neither does \`""\` or \`null\` in the file: Compose makes an empty variable of
\`\${X:-}\`. Beside a Service or a linked container called \`obrolan\`, Kubernetes and Docker set variables that begin
with \`OBROLAN_\` too, such as \`…_SERVICE_HOST\`, \`…_PORT_50051_TCP\` and \`…_ENV_PATH\`. The program recognises
them by their form and leaves them alone.

The file is text in UTF-8, with or without a byte-order mark, and its lines may end as on Windows. UTF-16 is refused
by its name.

## The server: \`obrolan serve\`

${toMarkdown(serverSettings)}

## The client: \`obrolan\`

${toMarkdown(clientSettings)}

## The commands

Each command takes the settings that its row names, and \`--config\`. \`obrolan COMMAND --help\` and \`man obrolan\` have
the flags that only one command takes, and examples. (npm installs the man page with \`npm install --global\`; in a
clone it is \`man/obrolan.1\`.) \`obrolan completion --help\` says how the Tab key of a shell completes all of this.

${commandsTable()}
`;
}

function commandsTable(): string {
  const rows = ENTRIES.map((entry) => {
    const { summary, settings } = entry;
    return `| \`${`obrolan ${synopsisOf(entry)}`.trimEnd()}\` | ${summary} | ${settingsWords(Object.keys(settings))} |`;
  });
  return ["| command | what it does | settings |", "| --- | --- | --- |", ...rows].join("\n");
}

/** The settings of a command in words: all of a table, or their flags. */
function settingsWords(keys: readonly string[]): string {
  if (keys.length === Object.keys(serverSettings).length) return "all of the server";
  const missing = Object.keys(clientSettings).filter((key) => !keys.includes(key));
  if (missing.length === 0) return "all of the client";
  if (missing.length < 4) return `those of the client without ${missing.map(flagWords).join(" and ")}`;
  return keys.length === 0 ? "none" : keys.map(flagWords).join(", ");
}

function flagWords(key: string): string {
  return `\`${flagOf(key)}\``;
}
