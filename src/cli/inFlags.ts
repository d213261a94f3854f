/** How this program calls the options of the client library. */
const FLAGS: readonly [RegExp, string][] = [
  [/`insecure: true`/g, "--insecure"],
  [/`insecure`/g, "--insecure"],
  [/`ca`/g, "--ca"],
  [/`address`/g, "--server"],
];

/** A sentence of the client library for somebody who has only the program's flags. */
export function inFlags(sentence: string): string {
  return FLAGS.reduce((text, [option, flag]) => text.replace(option, flag), sentence);
}
