/** The number of digits of a message's number, with which its text starts. */
export const DIGITS = 10;

/** A message's number as the digits with which its text starts. */
export function digitsOf(number: number): string {
  return String(number).padStart(DIGITS, "0");
}

/** Reads the number from the start of a text; -1 if the text does not start with a number. */
export function numberAt(bytes: Buffer, at: number): number {
  let number = 0;
  for (let index = at; index < at + DIGITS; index += 1) {
    const digit = (bytes[index] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}
