import { readdirSync } from "node:fs";
import type { FileProblem } from "../../../src/cli/session/fileProblem.ts";
import { PrivateFolder } from "../../../src/cli/session/privateFolder.ts";
import { ProfileFiles } from "../../../src/cli/session/profileFiles.ts";

/** Opens a profile in a folder, as one more program does. Its problems go to `problems`. */
export function openProfile(folder: string, name = "default") {
  const problems: FileProblem[] = [];
  const files = new ProfileFiles(new PrivateFolder(folder), name, (problem) => problems.push(problem));
  return { files, problems };
}

/** The files below a folder, by their paths relative to it, in order. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(folder.length + 1))
    .sort();
}
