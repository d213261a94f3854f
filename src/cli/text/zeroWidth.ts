/**
 * Marks that take no column in any table since Unicode 5.0, of common scripts, as hexadecimal ranges. Nearly every
 * terminal's table descends from one that has them. Other marks count one column: an older table does not know them.
 */
const ZERO_WIDTH = `
  300-36f 483-486 591-5bd 5bf 5c1-5c2 5c4-5c5 5c7 610-615 64b-65e 670 6d6-6dc 6df-6e4 6e7-6e8 6ea-6ed 711 730-74a
  7a6-7b0 7eb-7f3 901-902 93c 941-948 94d 951-954 962-963 981 9bc 9c1-9c4 9cd 9e2-9e3 a01-a02 a3c a41-a42 a47-a48
  a4b-a4d a70-a71 a81-a82 abc ac1-ac5 ac7-ac8 acd ae2-ae3 b01 b3c b3f b41-b43 b4d b56 b82 bc0 bcd c3e-c40 c46-c48
  c4a-c4d c55-c56 cbc ccc-ccd ce2-ce3 d41-d43 d4d dca dd2-dd4 dd6 e31 e34-e3a e47-e4e eb1 eb4-eb9 ebb-ebc ec8-ecd
  f18-f19 f35 f37 f39 f71-f7e f80-f84 f86-f87 102d-1030 1032 1036-1037 1039 1058-1059 200b-200f 20d0-20ef
  3099-309a fe00-fe0e fe20-fe23 feff
`;

/** Ascending. */
const RANGES = ZERO_WIDTH.trim()
  .split(/\s+/)
  .map((range) => range.split("-").map((code) => Number.parseInt(code, 16)))
  .map(([first = 0, last = first]) => ({ first, last }));

/** Whether a character takes no column on any terminal. */
export function hasNoWidth(codePoint: number): boolean {
  let [low, high] = [0, RANGES.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const { first, last } = RANGES[middle] as (typeof RANGES)[number];
    if (codePoint < first) high = middle - 1;
    else if (codePoint > last) low = middle + 1;
    else return true;
  }
  return false;
}
