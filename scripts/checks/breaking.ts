import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun, run } from "../run.ts";
import type { Check } from "./check.ts";

/** The contract is compatible with the clients of the last release. */
export const breakingCheck: Check = {
  name: "contract compatible (buf breaking)",
  async run() {
    const tag = await run("git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*");
    if (!tag.ok) return { kind: "skipped", why: "no release tag (v…) to compare with" };
    const release = tag.stdout.trim();
    const folder = await mkdtemp(join(tmpdir(), "obrolan-release-"));
    try {
      const old = join(folder, "old");
      await mkdir(old);
      await mustRun("git", "archive", "--output", join(folder, "release.tar"), release, "proto", "buf.yaml");
      await mustRun("tar", "-xf", join(folder, "release.tar"), "-C", old);
      const { ok, output } = await run("buf", "breaking", "--against", old);
      if (ok) return { kind: "ok" };
      return { kind: "failed", output, hint: `clients of ${release} would break: add instead of changing` };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
