/** What the commands for scripts say to a person. */
export const scripts = {
  typeText: "Type the message. Ctrl-D on an empty line sends it, Ctrl-C drops it.",
};
