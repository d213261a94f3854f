/** Answers to the lines that a person types in the room, and what the program says about events there. */
export const room = {
  /** The commands that the server does not list. */
  summaries: {
    history: "show earlier messages, those with NAME, or those around message #ID",
    search: "find messages with all WORDS; search alone shows more",
    new: "show the messages since you last read here",
    jump: "show the messages around message ID",
    say: "send lines that are no command to everyone: on or off",
    presence: "show who comes and goes: all, quiet (the number alone), off, or auto (quiet above 20 users)",
    bell: "ring for private messages and your name (all), for private messages (pm), or never (off)",
    notices: "show on the desktop what the bell can ring for: on or off",
    "help keys": "show what the keys do",
    quit: "leave the room; you stay signed in",
  },
  usage: (usage: string, summary: string) => `type ${usage}: ${summary}`,
  allowedValues: (command: string, values: string) => `${command} takes one of these: ${values}`,

  says: {
    on: "a line that is no command goes to everyone; say off ends that",
    off: "a line that is no command is not sent; say on sends it to everyone",
  },
  presence: {
    auto: "who comes and goes is shown while at most 20 are here",
    all: "who comes and goes is shown",
    quiet: "who comes and goes is not shown, only how many are here",
    off: "neither who comes and goes is shown, nor how many are here",
  },
  bell: {
    off: "the bell does not ring",
    pm: "the bell rings for private messages",
    all: "the bell rings for private messages and for your name",
  },
  notices: {
    on: "the desktop shows private messages, and messages with your name",
    off: "the desktop shows no messages",
  },
  notKept: (setting: string, why: string) => `${setting}; but only until you leave, because it was not saved: ${why}`,

  nothingNew: "there are no messages of others since you last read here",
  moreUnread: "there is more that you have not read: type new",
  noMessagesWith: (name: string) => `there are no messages with ${name}`,
  noSuchMessage: (id: string) => `there is no message #${id} that you can see`,
  didYouMean: (name: string) => `did you mean ${name}?`,
  manyHere: (count: number) => `${count} here: type list to see who`,

  unclear: (command: string) => `not sent: while plain lines go to everyone, the command is ${command}`,
  mayHoldPassword: "not sent: the line begins like a sign-in, and may hold a password; sendall TEXT sends it anyway",
  unanswered: "the room was closed before the answer came, so it may have been sent",
  leftBefore: "you left before it was sent",
  tooManyWait: (max: number) => `${max} lines are waiting to be sent already`,
  waitsForServer: (why: string) => `the line is sent by itself when the server takes it: ${why}`,

  /** Hints below a line that is back in the input. */
  sayIt: "Ctrl-S: send it to everyone, Esc: drop it; say on: always send such lines",
  runOrSay: "Enter: run the command, Ctrl-S: send it to everyone, Esc: drop it",
  tryAgain: "Enter: send it again, Esc: drop it",
  correctIt: "correct it, or Esc: drop it",

  /** The title of a notice. */
  privateMessage: (sender: string) => `${sender}, in private`,
  mention: (sender: string) => `${sender} names you`,
};
