import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { DEADLINE, within } from "../support/deadline.ts";
import { run } from "../support/externalTools.ts";
import { commandOf, type Instruction, readAllowed, readStages, restsOf } from "./dockerfile.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** Copies what a stage's `COPY` says, like Docker: from the repository, or from `/build` of the previous stage. */
async function copyInto(folder: string, stage: readonly Instruction[], built: string): Promise<void> {
  const allowed = readAllowed();
  for (const rest of restsOf(stage, "COPY")) {
    const words = rest.split(/\s+/);
    const fromBuilt = words[0] === "--from=build";
    const names = fromBuilt ? words.slice(1) : words;
    const target = path.join(folder, names.pop() ?? "");
    for (const name of names) {
      if (name === "/build/node_modules") continue;
      if (!fromBuilt)
        expect(
          allowed.some((entry) => name === entry),
          `${name} in .dockerignore`,
        ).to.equal(true);
      const from = fromBuilt ? path.join(built, path.relative("/build", name)) : path.join(root, name);
      const isFolder = rest.endsWith("/");
      await cp(from, isFolder ? path.join(target, path.basename(name)) : target, { recursive: true });
    }
  }
}

/** Links the modules that `npm prune --omit=dev` would leave, according to the lock file. */
async function linkProductionModules(folder: string): Promise<void> {
  const { packages } = JSON.parse(await readFile(path.join(root, "package-lock.json"), "utf8"));
  const present = new Set(await readdir(path.join(root, "node_modules"), { recursive: false }));
  for (const [name, { dev }] of Object.entries<{ dev?: boolean }>(packages)) {
    if (dev || !/^node_modules\/(@[^/]+\/)?[^/]+$/.test(name)) continue;
    if (!present.has(name.split("/")[1] ?? "")) continue;
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await symlink(path.join(root, name), path.join(folder, name), "dir");
  }
}

describe("The image of the Dockerfile, built without Docker", function () {
  // A build is slow on a busy machine.
  this.timeout(120_000);
  const [building = [], final = []] = readStages();
  let folder: string;
  let image: string;
  let server: ChildProcess | undefined;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "obrolan-image-"));
    const build = path.join(folder, "build");
    await mkdir(build);
    await copyInto(build, building, "");
    await symlink(path.join(root, "node_modules"), path.join(build, "node_modules"), "dir");
    const steps = restsOf(building, "RUN");
    expect(steps).to.deep.equal(["npm ci", "npm run build && npm prune --omit=dev"]);
    const built = await run("npm", ["run", "build", "--prefix", build]);
    expect(built.code, built.stdout + built.stderr).to.equal(0);
    image = path.join(folder, "image");
    await mkdir(image);
    await copyInto(image, final, build);
    await linkProductionModules(image);
  });
  after(async () => {
    if (server?.exitCode === null && server.kill("SIGKILL")) await once(server, "close");
    await rm(folder, { recursive: true, force: true });
  });

  function environment(more: Record<string, string>): Record<string, string> {
    const variables = restsOf(final, "ENV").flatMap((rest) => rest.split(/\s+/).map((pair) => pair.split("=")));
    return { ...Object.fromEntries(variables), PATH: path.dirname(process.execPath), ...more };
  }

  /** Starts one of the image's commands. */
  function start(command: readonly string[], more: Record<string, string>): ChildProcess {
    const [program = "", ...args] = command;
    return spawn(program, args, { cwd: image, env: environment(more), stdio: ["ignore", "pipe", "pipe"] });
  }

  async function health(port: string): Promise<number> {
    const check = start(commandOf(restsOf(final, "HEALTHCHECK")[0] ?? ""), { OBROLAN_SERVER: `127.0.0.1:${port}` });
    const [code] = await within(once(check, "close"), "the end of the health check");
    return code;
  }

  it("the image does not run as root", () => {
    expect(restsOf(final, "USER")).to.deep.equal(["node"]);
  });

  it("the image serves, reports its health, stops on request, and writes only its data", async () => {
    const files = (await readdir(image)).sort();
    const command = [...commandOf(restsOf(final, "ENTRYPOINT")[0] ?? ""), ...commandOf(restsOf(final, "CMD")[0] ?? "")];
    const data = path.join(folder, "data");
    server = start(command, { OBROLAN_LISTEN: "127.0.0.1:0", OBROLAN_DATA: data });
    const port = await new Promise<string>((resolve, reject) => {
      let said = "";
      server?.stderr?.on("data", (text: Buffer) => {
        said += text;
        const [, found] = /127\.0\.0\.1:(\d+)/.exec(said) ?? [];
        if (found !== undefined) resolve(found);
      });
      server?.once("close", () => reject(new Error(`the server ended: ${said}`)));
    });
    let found = await health(port);
    // The health check fails after 3 s without an answer, also if only the machine paused, so it is repeated.
    for (const end = performance.now() + DEADLINE; found !== 0 && performance.now() < end; ) found = await health(port);
    expect(found).to.equal(0);
    server.kill("SIGTERM");
    const [code] = await within(once(server, "close"), "the end of the server");
    expect(code).to.equal(0);
    expect(await health(port)).to.equal(1);
    expect((await readdir(image)).sort()).to.deep.equal(files);
    expect(await readdir(data)).to.include("obrolan.db");
  });

  it("the image does not start on a public address without TLS or --insecure", async () => {
    server = start(commandOf(restsOf(final, "ENTRYPOINT")[0] ?? "").concat("serve"), {});
    const [code] = await within(once(server, "close"), "the end of the server");
    expect(code).to.equal(2);
  });
});
