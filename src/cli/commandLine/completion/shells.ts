/** The shells for which there are completions. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A shell for which there are completions. */
export type Shell = (typeof SHELLS)[number];
