/** Words of the rows below and above the input, and of the window's title. */
export const screen = {
  connecting: "connecting",
  away: (duration: string) => `connection lost ${duration} ago, trying again`,
  encrypted: "TLS",
  unencrypted: "not encrypted",
  here: (count: number) => `${count} here`,
  unread: (count: number) => `${count} new`,
  sayMode: "say mode: lines go to everyone",
  sending: "sending",
  waiting: "waiting",
  morePending: (count: number) =>
    count === 1 ? "one more line is not sent yet" : `${count} more lines are not sent yet`,
  notUtf8: "the locale of this terminal is not UTF-8, so some characters may look wrong; set for example LANG=C.UTF-8",
  editorFailed: (reason: string) => `the editor failed, and the text stays as it was: ${reason}`,
};
