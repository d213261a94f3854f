// `npm run picture`: plays a session in a real terminal, and draws the picture of the README.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { drawPicture } from "./picture.ts";

const svg = await drawPicture();
// The picture shows the default port.
await writeFile(
  fileURLToPath(new URL("../../../docs/terminal.svg", import.meta.url)),
  svg.replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:50051"),
);
process.exit(0);
