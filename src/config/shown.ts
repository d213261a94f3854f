/** Longer values are not shown. No setting that may be shown needs as many characters. */
const MAX_SHOWN_LENGTH = 80;

/**
 * Describes a value in words that follow the name of its setting: `is "x"`. A value that may be a secret in the wrong
 * setting is not shown: a URL with a user, the content of a key file, a long text, an object.
 */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return "is a list";
  if (typeof value === "object" && value !== null) return "is an object";
  if (typeof value !== "string") return `is ${JSON.stringify(value)}`;
  if (isFileContent(value)) return "has the content of a file, not its name";
  const mayBeSecret = value.length > MAX_SHOWN_LENGTH || /[@?\p{C}]/u.test(value);
  return mayBeSecret ? "cannot be used" : `is ${JSON.stringify(value)}`;
}

/** Whether a text looks like the content of a certificate, key or credentials file. */
export function isFileContent(text: string): boolean {
  return /[\r\n]|-----BEGIN/.test(text);
}
