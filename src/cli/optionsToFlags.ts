/** The flags of the program for the options of the client library. */
const FLAGS: readonly [RegExp, string][] = [
  [/`insecure: true`/g, "--insecure"],
  [/`insecure`/g, "--insecure"],
  [/`ca`/g, "--ca"],
  [/`address`/g, "--server"],
];

/** Replaces the options that an error of the client library names by the flags of the program. */
export function optionsToFlags(sentence: string): string {
  return FLAGS.reduce((text, [option, flag]) => text.replace(option, flag), sentence);
}
