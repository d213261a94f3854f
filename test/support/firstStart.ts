import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";

/* Run as a process of its own: makes a store, and closes it. The disk fails at some call, or the process is killed. */
const [folder = ""] = process.argv.slice(2);
await (await openSqliteStore({ folder })).close();
