/** What is said while a person signs in, and about the files of sessions. */
export const session = {
  noCommand: "No command came.",
  noPassword: "No password came.",
  notACommand: (nearby: string | undefined) =>
    `The first line does not begin with a command.${nearby === undefined ? "" : ` Did you mean ${nearby}?`}`,
  roomCommand: (word: string) => `"${word}" is a command of the room: sign in first.`,
  needsName: (word: string) => `"${word}" needs a name.`,
  /** The first line on a terminal of plain lines. */
  plainStart: (server: string) => `Obrolan, ${server}`,
  help: "type regist NAME to make an account, or login NAME to come in; the password is asked for; quit leaves",
  passwordPrompt: (username: string | undefined) =>
    username === undefined ? "password: " : `password for ${username}: `,
  newPasswordPrompt: (username: string | undefined) =>
    username === undefined ? "new password: " : `new password for ${username}: `,
  repeatPrompt: "the same password again: ",
  passwordsDiffer: "the two passwords are not the same: type them again",
  tryAgain: "type the password again; Enter alone goes back to the first screen",
  kept: "the next start needs no password; type logout to end this session",
  ended: (username: string) => `the kept session of ${username} has ended: sign in again`,
  /** Why a preference was not saved. */
  notWritten: "its file cannot be written",
  looseFile: (path: string, command: string) => `${path} is not used, because other users may open it: run ${command}`,
  foreignFile: (path: string) => `${path} is not used, because it belongs to another user`,
  damagedFile: (path: string, movedTo: string) => `${path} is damaged: it is not used, and is now ${movedTo}`,
  failedFile: (path: string, code: string) => `${path} cannot be used (${code}): nothing is kept there`,
};
