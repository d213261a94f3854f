/** Words that several parts of the program use. */
export const common = {
  you: "you",
};
