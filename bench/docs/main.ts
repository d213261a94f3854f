/** `npm run bench:docs`: puts the figures of the last run into `docs/performance.md`, so that nobody types them. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readResults } from "../run/results.ts";
import { clusterInMarkdown } from "./cluster.ts";
import { fillPage } from "./markdown.ts";
import { serversInMarkdown } from "./servers.ts";

const results = readResults();
if (!results) throw new Error("There are no figures yet: npm run bench measures them.");

const file = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const blocks = { "one server": serversInMarkdown(results), "several nodes": clusterInMarkdown(results) };
writeFileSync(file, fillPage(readFileSync(file, "utf8"), blocks));
