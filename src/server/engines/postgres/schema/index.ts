import { APPEND } from "./append.ts";
import { RESTARTS } from "./restarts.ts";
import { ROSTER } from "./roster.ts";
import { TABLES } from "./tables.ts";

/**
 * The steps from an empty database to today's schema. One that was released is never edited: a change is another
 * step. Nodes of the version before go on working while a new one is rolled out, so a step leaves them what they use:
 * a function that takes something else gets another name.
 */
export const MIGRATIONS: readonly string[] = [TABLES + APPEND + ROSTER, RESTARTS];
