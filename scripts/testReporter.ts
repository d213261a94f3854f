import path from "node:path";
import Mocha from "mocha";
import { isLeftOut } from "./leftOut.ts";

const { EVENT_RUN_END, EVENT_SUITE_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;
const { color } = Mocha.reporters.Base;

/** The results of one test file. */
interface FileResults {
  readonly file: string;
  passed: number;
  durationMs: number;
  readonly failed: string[];
  readonly pending: string[];
}

/**
 * A mocha reporter that prints one line for each test file, and names the failed and skipped tests. At the end, it
 * prints a note and the totals. Tests that the run leaves out on purpose are counted apart from the skipped ones.
 */
export default class TestReporter extends Mocha.reporters.Base {
  #results: FileResults | undefined;
  #leftOut = 0;

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on(EVENT_TEST_PASS, (test) => {
      const results = this.#of(test);
      results.passed += 1;
      results.durationMs += test.duration ?? 0;
    });
    runner.on(EVENT_TEST_FAIL, (test) => void this.#of(test).failed.push(test.fullTitle()));
    runner.on(EVENT_TEST_PENDING, (test) => {
      if (isLeftOut(test.title)) this.#leftOut += 1;
      else this.#of(test).pending.push(test.fullTitle());
    });
    runner.on(EVENT_SUITE_END, (suite) => {
      if (suite.root) this.#printFile();
    });
    runner.once(EVENT_RUN_END, () => {
      this.#printFile();
      const { MOCHA_NOTE: note } = process.env;
      if (note) console.log(`\n${note}`);
      this.stats.pending -= this.#leftOut;
      this.epilogue();
      if (this.#leftOut > 0) console.log(`  ${this.#leftOut} not in this run\n`);
    });
  }

  /** The results of the file that a test is in. A root hook has no file, so its failure counts for the file before. */
  #of(test: Mocha.Test): FileResults {
    const file = test.file === undefined ? (this.#results?.file ?? "root") : path.relative(process.cwd(), test.file);
    if (this.#results?.file !== file) {
      this.#printFile();
      this.#results = { file, passed: 0, durationMs: 0, failed: [], pending: [] };
    }
    return this.#results as FileResults;
  }

  #printFile(): void {
    const results = this.#results;
    this.#results = undefined;
    if (results === undefined) return;
    const { file, passed, durationMs, failed, pending } = results;
    const seconds = (durationMs / 1_000).toFixed(1);
    const mark = failed.length === 0 ? color("checkmark", "✔") : color("fail", "✖");
    console.log(`  ${mark} ${file} ${color("light", `(${passed} passed in ${seconds} s)`)}`);
    for (const title of failed) console.log(color("fail", `      failed: ${title}`));
    for (const title of pending) console.log(color("pending", `      skipped: ${title}`));
  }
}
