import { openSqliteStore } from "../../src/server/engines/sqlite/index.ts";

/* Run as a process of its own, on a disk that fails somewhere in its midst, or until it is killed: makes a store, and closes it. */
const [folder = ""] = process.argv.slice(2);
await (await openSqliteStore({ folder })).close();
