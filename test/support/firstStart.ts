import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";

/* A process of its own: makes a store and closes it. A test makes the disk fail at some call, or kills the process. */
const [folder = ""] = process.argv.slice(2);
await (await openSqliteStore({ folder })).close();
