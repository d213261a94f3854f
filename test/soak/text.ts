/** What a message of the soak is: who says it to whom, and its number, by which it is known wherever it turns up. */
export interface Said {
  readonly from: string;
  /** Empty: everyone. */
  readonly to: string;
  /** From 1 on; no two messages have the same. */
  readonly number: number;
}

const EVERYONE = "*";

/** The text of a message: all that it is, and as many bytes behind that as are wanted. */
export function textOf({ from, to, number }: Said, bytes = 0): string {
  return `${from} ${to === "" ? EVERYONE : to} ${number} `.padEnd(bytes, "blah ");
}

/** What a text says of its message; `undefined` where it is none of the soak's. */
export function readText(text: string): Said | undefined {
  const [from, to, number] = text.split(" ", 3);
  if (from === undefined || to === undefined || !/^\d+$/.test(number ?? "")) return undefined;
  return { from, to: to === EVERYONE ? "" : to, number: Number(number) };
}
