/** `npm run bench:docs`: puts the figures of the last run into `docs/performance.md`, so that nobody types them. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readResults } from "../run/results.ts";
import { figuresInMarkdown } from "./tables.ts";

const PAGE = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const BEGIN = "<!-- figures: npm run bench:docs -->";
const END = "<!-- end of the figures -->";

const results = readResults();
if (!results) throw new Error("There are no figures yet: npm run bench measures them.");
const page = readFileSync(PAGE, "utf8");
const [before, rest] = page.split(BEGIN);
const after = rest?.split(END)[1];
if (before === undefined || after === undefined) throw new Error(`${PAGE} has no place for the figures.`);
writeFileSync(PAGE, `${before}${BEGIN}\n${figuresInMarkdown(results)}\n${END}${after}`);
