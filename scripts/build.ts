// `npm run build`: writes the package's dist/ folder, which runs without the tools of this repository.
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { removeUnreachableDeclarations } from "./declarations.ts";
import { mustRun, root } from "./run.ts";

const descriptors = "gen/obrolan.binpb";

await rm(join(root, "dist"), { recursive: true, force: true });
await mustRun("tsc", "--project", "tsconfig.build.json");
// The package exports only the client library, so it needs only the types that the library reaches.
await mustRun("tsc", "--project", "tsconfig.client.json");
await removeUnreachableDeclarations(join(root, "dist"), join(root, "dist/client/index.d.ts"));
await mkdir(join(root, "dist/gen"), { recursive: true });
await copyFile(join(root, "src", descriptors), join(root, "dist", descriptors));
