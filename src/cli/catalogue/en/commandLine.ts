/** What the program says about its command line, and in a demo. */
export const commandLine = {
  /** Summaries of commands, after "Nothing listens at …". */
  tryDemo: "try it with a server that is removed at the end",
  startServer: "start a server, then this again in a second terminal",
  nameServer: "enter the room of another server",
  demoNeedsTerminal: "obrolan demo is for a person at a terminal, and this is none: start a server with obrolan serve.",
  demoStarts: "this is a demo: a server starts in a temporary folder, and everything is removed when you leave",
  /** `line`: what to type in a shell. */
  demoJoin: (line: string) => `to come in as a second person, type in another terminal: ${line}`,
  demoIsOver: "The demo is over: its server, messages and accounts are removed.",
  demoServerEnded: "The server of the demo has ended, and the demo with it.",
  /** `why`: the reason, in English. */
  demoFailed: (why: string) => `The demo could not start: ${why}`,
};
