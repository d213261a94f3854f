/**
 * The end of the title of a test that a run leaves out on purpose: it shows something that the other runtime alone has,
 * or another run of the suites has it. It does not count as skipped.
 */
export const leftOut = (why: string) => ` (not in this run: ${why})`;

/** Whether a title ends so. */
export const isLeftOut = (title: string) => /\(not in this run: [^)]*\)$/.test(title);
