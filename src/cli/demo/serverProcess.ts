// The process of a demo's server: `demoServer.ts` starts it with the name of its folder. When the program that started it
// is gone, for whatever reason, the server ends. It removes its folder at its end.
import { rmSync } from "node:fs";
import { enableCompileCache } from "node:module";

const [folder = ""] = process.argv.slice(2);

process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
process.on("disconnect", () => {
  // As a signal would: the server drains. Before it handles signals it has nothing to drain.
  if (!process.emit("SIGTERM", "SIGTERM")) process.exit();
});

enableCompileCache();
const { main } = await import("../main.ts");
// Without the person's variables: OBROLAN_DATABASE_URL would make it a server of another room.
process.exit(await main(["serve", "--listen", "127.0.0.1:0", "--data", folder], {}));
