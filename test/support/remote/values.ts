/** The values that JSON does not have, as objects with one of these keys. */
const BYTES = "$bytes";
const BIGINT = "$bigint";
const NUMBER = "$number";
const UNDEFINED = "$undefined";

/** Writes a value as one line of JSON, with bytes, big integers and infinite numbers. */
export function toLine(value: unknown): string {
  return `${JSON.stringify(encode(value))}\n`;
}

/** The inverse of `toLine`. */
export function fromLine(line: string): unknown {
  return decode(JSON.parse(line));
}

function encode(value: unknown): unknown {
  if (value === undefined) return { [UNDEFINED]: true };
  if (typeof value === "bigint") return { [BIGINT]: `${value}` };
  if (typeof value === "number" && !Number.isFinite(value)) return { [NUMBER]: `${value}` };
  if (value instanceof Uint8Array) return { [BYTES]: Buffer.from(value).toString("base64") };
  if (value instanceof Error) return { message: value.message, stack: value.stack };
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, encode(each)]));
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  const [[key, content] = ["", undefined]] = Object.entries(value);
  if (key === UNDEFINED) return undefined;
  if (key === BIGINT) return BigInt(content);
  if (key === NUMBER) return Number(content);
  if (key === BYTES) return Buffer.from(content, "base64");
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, decode(each)]));
}
