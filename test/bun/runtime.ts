// The servers of the tests that are run behind this run on Bun, each as a process of its own; the tests run on Node.
import { findBun } from "../../src/server/process/bun.ts";

process.env.TEST_RUNTIME = "bun";
// Throws a sentence if Bun is not installed.
findBun({});
