const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** A command and its summary. */
interface Usage {
  readonly usage: string;
  readonly summary: string;
}

/** What stands between the lines that a person types: messages, events of the room, answers to commands. */
export const messages = {
  /** The commands of the first screen. */
  firstCommands: [
    { usage: "regist NAME [PASSWORD]", summary: "make an account and come in" },
    { usage: "login NAME [PASSWORD]", summary: "come in with your account" },
  ],
  accountMade: (name: string) => `your account is made, ${name}; type help to see what you can do`,
  welcomeBack: (name: string) => `welcome back, ${name}; type help to see what you can do`,
  /** The session is one of an earlier start. */
  welcomeKept: (name: string) => `welcome back, ${name}; type logout to end this session`,
  loggedOut: (name: string) => `logged out; the account ${name} stays`,

  day: (at: Date) => `${WEEKDAYS[at.getDay()]} ${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}`,
  editedMark: "(edited)",
  /** Stands for the last lines of a long message; `id`: the number of the message. */
  moreLines: (count: number, id: string) => `… ${count} more ${count === 1 ? "line" : "lines"}: type jump ${id}`,
  edited: (who: string, message: string) => `${who} edited ${message}`,
  /** The sender is not known. */
  wasEdited: (message: string) => `${message} was edited`,
  deleted: (who: string, message: string) => `${who} deleted ${message}`,
  deletedOf: (who: string, message: string, sender: string) => `${who} deleted ${message} of ${sender}`,
  theServer: "the server",
  /** The label of the line above the messages that are new. */
  unread: "new",
  earlierExist: "there are earlier messages: type history",

  moreHistory: "type history for more",
  historyBegins: "this is where it begins",
  noEarlier: "there are no earlier messages",
  moreFound: "type search for more",
  allFound: "this is all that was found",
  noneFound: "no messages were found",
  noMoreFound: "no more messages were found",

  joined: (names: string) => `${names} came in`,
  left: (names: string) => `${names} left`,
  manyChanges: "many came and went; list shows who is here",
  /** Names with commas, and how many more there are. */
  namesAndMore: (names: string, count: number) => `${names} and ${count} more`,
  here: (count: number) => `${count} here:`,
  andMore: (count: number) => `and ${count} more`,

  youCanType: "You can type:",
  notCommand: (word: string) => `${word} is not a command.`,
  didYouMean: (command: string) => `Did you mean ${command}?`,
  /** The commands of the server, by name, if the server's own words are not in this language. */
  commands: {} as Readonly<Record<string, Usage>>,

  notSent: "not sent",
  /** Sentences for the reasons of the contract, if the server's own sentences are not in this language. */
  reasons: {} as Readonly<Record<string, string>>,
  tryAgain: (seconds: number) => `Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`,
  unanswered: "the room was closed before the last command was answered: it may have been sent",
  held: "kept until the connection is back",
  leaving: (pending: number) =>
    `${pending} not sent yet: leaving when the connection is back; Ctrl-C leaves without them`,

  connectionLost: "connection lost",
  tryingAgain: (why: string, wait: string) => `${why}, trying again${wait}`,
  /** A wait, after "trying again". */
  wait: (seconds: number) => ` in ${seconds} s`,
  back: "back",
  backNothingMissed: "back, nothing missed",
  earlierGone: "earlier messages are gone: the server has them no longer",
  logChanged: "the server's messages were restored from a backup: what is above may differ from what it has now",
  youLeft: "you have left the room",
  /** Why the server ended a stream, by the reason of its goodbye. */
  goodbyes: {
    LOGGED_OUT: "this session was logged out",
    SESSION_EXPIRED: "your session has ended: log in again",
    SHUTTING_DOWN: "the server is being stopped",
    JOIN_TIMEOUT: "the server waited too long for us",
    REQUEST_INVALID: "the server could not read what was sent",
    STORE_UNAVAILABLE: "the server cannot store messages at the moment",
  },
  otherGoodbye: (reason: string) => `the server ended the connection (${reason})`,
};
