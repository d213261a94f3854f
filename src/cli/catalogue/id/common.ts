import type { common as en } from "../en/common.ts";

/** Words that several parts of the program use. */
export const common: typeof en = {
  you: "Anda",
};
