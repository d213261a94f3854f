import { APPEND } from "./append.ts";
import { ENTRIES } from "./entries.ts";
import { RESTARTS } from "./restarts.ts";
import { ROSTER } from "./roster.ts";
import { SEARCH } from "./search.ts";
import { TABLES } from "./tables.ts";

/**
 * The steps from an empty database to the current schema. Never edit a released step, not even a comment inside a
 * function body, which PostgreSQL stores: add another step. During a rolling update nodes of the previous version still
 * run, so a step keeps everything that they use. A function with other parameters gets a new name. `ENTRIES` is the
 * exception: it removes what the previous version appends and reads with.
 */
export const MIGRATIONS: readonly string[] = [TABLES + APPEND + ROSTER, RESTARTS, ENTRIES, SEARCH];
