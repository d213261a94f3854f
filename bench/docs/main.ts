/** `npm run bench:docs`: writes the latest figures into `docs/performance.md`. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readResults } from "../run/results.ts";
import { clusterInMarkdown } from "./cluster.ts";
import { fillPage } from "./markdown.ts";
import { serversInMarkdown } from "./servers.ts";

const results = readResults();
if (!results) throw new Error("There are no figures yet. Run npm run bench first.");

const file = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const blocks = { "one server": serversInMarkdown(results), "several nodes": clusterInMarkdown(results) };
writeFileSync(file, fillPage(readFileSync(file, "utf8"), blocks));
