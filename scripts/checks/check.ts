/** What a check found. */
export type Finding =
  | { readonly kind: "ok" }
  /** It does not apply here. */
  | { readonly kind: "skipped"; readonly why: string }
  | { readonly kind: "failed"; readonly output: string; readonly hint: string };

/** One thing that must hold of the repository. */
export interface Check {
  readonly name: string;
  run(): Promise<Finding>;
}
