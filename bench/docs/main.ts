/** `npm run bench:docs`: puts the figures of the last run into the pages that speak of them, so that nobody types them. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readResults } from "../run/results.ts";
import { clusterScenarios } from "../scenarios/cluster/index.ts";
import { ownTables } from "./own.ts";
import { fillPage } from "./page.ts";
import { projection } from "./projection.ts";
import { figuresInMarkdown } from "./tables.ts";

const results = readResults();
if (!results) throw new Error("There are no figures yet: npm run bench measures them.");
const isOfCluster = ({ scenario }: { readonly scenario: string }) =>
  clusterScenarios.some(({ name }) => name === scenario);
const one = { ...results, scenarios: results.scenarios.filter((summary) => !isOfCluster(summary)) };

const pages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "performance.md": { "npm run bench:docs": figuresInMarkdown(one) },
  "scaling.md": { ...ownTables(clusterScenarios, results), "what nodes would carry": projection(results) },
};
for (const [name, blocks] of Object.entries(pages)) {
  const file = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
  writeFileSync(file, fillPage(readFileSync(file, "utf8"), blocks));
}
