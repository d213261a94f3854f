import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** The folders of the test that runs. */
const folders = new Set<string>();

/** A new empty folder for each test of a `describe`. `mochaHooks` removes it after the test. */
export function useFolder(): { readonly path: string } {
  const folder = { path: "" };
  beforeEach(async () => {
    folder.path = await mkdtemp(path.join(tmpdir(), "obrolan-test-"));
    folders.add(folder.path);
  });
  return folder;
}

/** The path of a folder that does not exist yet. `mochaHooks` removes it after the test. */
export function newPath(): string {
  const name = path.join(tmpdir(), `obrolan-test-${randomUUID()}`);
  folders.add(name);
  return name;
}

/**
 * A root hook of mocha (`.mocharc.json`), which runs after the `afterEach` hooks of all suites. These end the servers
 * that use the folder: a server that still writes into a folder makes its removal fail with ENOTEMPTY.
 */
export const mochaHooks = {
  async afterEach(): Promise<void> {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
    folders.clear();
  },
};
