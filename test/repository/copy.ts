import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A copy of the repository's files in a temp folder, which a test may change. */
export class Copy {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Copies all files that git has or would add; `node_modules` is shared with the repository. */
  static async make(): Promise<Copy> {
    const folder = await mkdtemp(join(tmpdir(), "obrolan-check-"));
    const { stdout } = await promisify(execFile)("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root });
    const names = stdout.split("\0").filter((name) => name !== "" && existsSync(join(root, name)));
    for (const name of names) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await copyFile(join(root, name), join(folder, name));
    }
    await symlink(join(root, "node_modules"), join(folder, "node_modules"), "dir");
    return new Copy(folder);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs a command in the copy; resolves with its exit code and everything it printed, also if it fails. */
  run(command: string, ...args: string[]): Promise<{ code: number; output: string }> {
    return new Promise((resolve, reject) => {
      execFile(command, args, { cwd: this.folder, maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
        if (error && typeof error.code !== "number") return reject(error);
        resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
      });
    });
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
