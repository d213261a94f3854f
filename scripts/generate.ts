// `npm run generate`: writes the stubs and the descriptors in src/gen, the reference pages in docs, and the man page.
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { manPage } from "../src/cli/commandLine/manPage.ts";
import { ENTRIES } from "../src/cli/commands/table.ts";
import { readVersion } from "../src/shared/version.ts";
import { configurationDocs } from "./configuration-docs.ts";
import { metricsDocs } from "./metrics-docs.ts";
import { protocolDocs } from "./protocol-docs.ts";
import { mustRun, root } from "./run.ts";

/** The paths that `generate` writes, relative to its target. A folder among them contains only generated files. */
export const generated = ["src/gen", "docs/protocol.md", "docs/configuration.md", "docs/metrics.md", "man/obrolan.1"];

/** Writes all generated files into a target folder, at the same paths as in the repository. */
export async function generate(target: string): Promise<void> {
  await mustRun("buf", "generate", "--output", target);
  await generateDescriptors(join(target, "src/gen/obrolan.binpb"));
  const { stdout: image } = await mustRun("buf", "build", "-o", "-#format=json");
  await mkdir(join(target, "docs"), { recursive: true });
  await writeFile(join(target, "docs/protocol.md"), protocolDocs(JSON.parse(image)));
  await writeFile(join(target, "docs/configuration.md"), configurationDocs());
  await writeFile(join(target, "docs/metrics.md"), metricsDocs());
  await mkdir(join(target, "man"), { recursive: true });
  await writeFile(join(target, "man/obrolan.1"), manPage(ENTRIES, readVersion()));
}

/**
 * Writes the descriptors that reflection serves: the contract with its comments, so that `grpcurl describe` explains
 * it; gRPC's own health service; and the error details, so that grpcurl shows them decoded.
 */
async function generateDescriptors(file: string): Promise<void> {
  const other = `${file}.other.binpb`;
  await mustRun("buf", "build", ".", "--as-file-descriptor-set", "-o", file);
  await mustRun("buf", "build", "scripts/reflection", "--as-file-descriptor-set", "--exclude-source-info", "-o", other);
  // A descriptor set is one repeated field, so two concatenated sets are one set.
  await appendFile(file, await readFile(other));
  await rm(other);
}

if (import.meta.main) await generate(root);
