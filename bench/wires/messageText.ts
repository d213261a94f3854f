/** How many digits a message's number has at the start of its text. */
export const DIGITS = 10;

/** A message's number as its text begins with it. */
export function digitsOf(number: number): string {
  return String(number).padStart(DIGITS, "0");
}

/** Reads the number from where a text begins; -1 where there is none. */
export function numberAt(bytes: Buffer, at: number): number {
  let number = 0;
  for (let place = at; place < at + DIGITS; place += 1) {
    const digit = (bytes[place] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}
