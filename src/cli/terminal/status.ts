/** What the status row of a screen and the title of its window say. */
export interface Status {
  /** The server's address. */
  readonly server: string;
  readonly isEncrypted: boolean;
  readonly username: string;
  readonly connection: ConnectionStatus;
  /** The number of users who are online. Undefined: not known. */
  readonly here: number | undefined;
  /** The number of messages that came since the person last typed a line. */
  readonly unread: number;
  /** Whether a line that is no command goes to everyone. */
  readonly isSayMode: boolean;
}

/** The state of the connection, as a person sees it. */
export type ConnectionStatus =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** The connection has been lost since `sinceMs`, a time of `performance.now()`. */
  | { readonly kind: "away"; readonly sinceMs: number };

/** A line that was entered and that has no outcome yet. It is shown above the input. */
export interface PendingLine {
  readonly requestId: string;
  readonly line: string;
  /** The line waits for the connection, or for the end of a limit. Otherwise it is under way. */
  readonly isHeld: boolean;
}

/** A reason to draw a person's attention to the terminal. */
export interface Notice {
  /** One line, safe to show. */
  readonly title: string;
  readonly body: string;
  readonly bell: boolean;
  /** Whether the desktop shows it (OSC 9 and OSC 777). */
  readonly desktop: boolean;
}
