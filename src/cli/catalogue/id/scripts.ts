import type { scripts as en } from "../en/scripts.ts";

/** What the commands for scripts say to a person. */
export const scripts: typeof en = {
  typeText: "Ketik pesannya. Ctrl-D di baris kosong mengirimnya, Ctrl-C membatalkannya.",
};
