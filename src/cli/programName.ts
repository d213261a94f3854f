/** How the program was called: what a person types to call it again. npx sets `npm_command`. */
export function programName({ npm_command: command }: NodeJS.ProcessEnv): string {
  return command === "exec" ? "npx obrolan" : "obrolan";
}
