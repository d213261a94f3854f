import path from "node:path";
import Mocha from "mocha";

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
 * A reporter of mocha. It prints one line for each test file, names failed and skipped tests, and ends with a note and
 * the totals.
 */
export default class TestReporter extends Mocha.reporters.Base {
  #results: FileResults | undefined;

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on(EVENT_TEST_PASS, (test) => {
      const results = this.#of(test);
      results.passed += 1;
      results.durationMs += test.duration ?? 0;
    });
    runner.on(EVENT_TEST_FAIL, (test) => void this.#of(test).failed.push(test.fullTitle()));
    runner.on(EVENT_TEST_PENDING, (test) => void this.#of(test).pending.push(test.fullTitle()));
    runner.on(EVENT_SUITE_END, (suite) => {
      if (suite.root) this.#printFile();
    });
    runner.once(EVENT_RUN_END, () => {
      this.#printFile();
      const { MOCHA_NOTE: note } = process.env;
      if (note) console.log(`\n${note}`);
      this.epilogue();
    });
  }

  /** The results of the file that a test is in. A hook at the root has no file: it belongs to the file before it. */
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
