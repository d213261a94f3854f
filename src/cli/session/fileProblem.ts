import type { Catalogue } from "../catalogue/index.ts";

/** Why a file or folder about a person is not used. */
export type FileProblem =
  /** Other users may read or write it. `mode`: the mode that it must have, in octal. */
  | { readonly kind: "loose"; readonly path: string; readonly mode: "600" | "700" }
  /** It belongs to another user. */
  | { readonly kind: "foreign"; readonly path: string }
  /** Its content is not what the program writes. It was renamed to `movedTo`. */
  | { readonly kind: "damaged"; readonly path: string; readonly movedTo: string }
  /** The operating system refused. `code`: of the error, such as `EACCES`. */
  | { readonly kind: "failed"; readonly path: string; readonly code: string };

/** Takes the problems of files. The program goes on without the file. */
export type ReportProblem = (problem: FileProblem) => void;

/** A file or folder about a person is not used. */
export class FileProblemError extends Error {
  override readonly name = "FileProblemError";
  readonly problem: FileProblem;

  constructor(problem: FileProblem, options?: ErrorOptions) {
    super(`${problem.path}: ${problem.kind}`, options);
    this.problem = problem;
  }
}

/** The sentence about a problem: what is wrong, and what to do. */
export function problemSentence(problem: FileProblem, words: Catalogue["session"]): string {
  const { path } = problem;
  switch (problem.kind) {
    case "loose":
      return words.looseFile(path, `chmod ${problem.mode} ${quoted(path)}`);
    case "foreign":
      return words.foreignFile(path);
    case "damaged":
      return words.damagedFile(path, problem.movedTo);
    case "failed":
      return words.failedFile(path, problem.code);
  }
}

/** A path as a word of a shell. */
function quoted(path: string): string {
  return /^[\w/.,+@%-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
