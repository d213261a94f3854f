import { clientSettings } from "../src/cli/config.ts";
import { toMarkdown } from "../src/config/index.ts";
import { serverSettings } from "../src/server/config.ts";

/** The page of all settings, in Markdown. */
export function configurationDocs(): string {
  return `# Configuration

Generated from the tables of settings in \`src/server/config.ts\` and
\`src/cli/config.ts\` by \`npm run generate\`: change it there.

A flag comes before the environment, the environment before a file, a file before the default. The file is one JSON object,
such as \`{"burst": 40}\`, named by \`--config FILE\` or \`OBROLAN_CONFIG\`; server and client may share one. A name that is not
known, in the file or among the variables that begin with \`OBROLAN_\`, and a value that is not allowed, are errors that name
it. What is empty under *default* is not set. No error repeats a value that may have a password in it.

An empty variable sets nothing, and neither does \`""\` or \`null\` in the file: Compose makes an empty variable of
\`\${X:-}\`. Beside a Service or a linked container called \`obrolan\`, Kubernetes and Docker set variables that begin
with \`OBROLAN_\` too, such as \`…_SERVICE_HOST\`, \`…_PORT_50051_TCP\` and \`…_ENV_PATH\`. The program recognises
them by their form and leaves them alone.

The file is text in UTF-8, with or without a byte-order mark, and its lines may end as on Windows. UTF-16 is refused by its name.

## The server: \`obrolan serve\`

${toMarkdown(serverSettings)}

## The client: \`obrolan\`

\`obrolan health\` takes those that say where the server is: \`--server\`, \`--ca\` and \`--insecure\`.

${toMarkdown(clientSettings)}
`;
}
