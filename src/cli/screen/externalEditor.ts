import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** The largest file that is read back (bytes). No message may be as long as this. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Lets the person edit a text in `$VISUAL` or `$EDITOR`, which has the terminal until it ends. Resolves with the text
 * without its last line end. Throws if the editor cannot be started or fails.
 */
export async function editExternally(text: string, env: NodeJS.ProcessEnv): Promise<string> {
  const editor = env.VISUAL || env.EDITOR || "vi";
  // The system creates the folder with mode 0700, so that nobody else reads the text.
  const folder = await mkdtemp(path.join(tmpdir(), "obrolan-"));
  try {
    const file = path.join(folder, "message.txt");
    await writeFile(file, `${text}\n`, { mode: 0o600 });
    // The setting may have arguments, as in `code --wait`.
    const child = spawn("/bin/sh", ["-c", `${editor} "$1"`, editor, file], { stdio: "inherit", env });
    const [code, signal] = await once(child, "exit");
    if (code !== 0) throw new Error(`${editor}: ${signal ?? code}`);
    const edited = await readFile(file);
    return edited
      .subarray(0, MAX_FILE_BYTES)
      .toString("utf8")
      .replace(/\r?\n$/, "");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
