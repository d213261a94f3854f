import { Command } from "commander";
import { addFlags, resolve } from "../config/index.ts";
import { readVersion } from "../shared/version.ts";
import { runBackup } from "./commands/backup.ts";
import { runChat } from "./commands/chat.ts";
import { runCorrectTimes } from "./commands/correctTimes.ts";
import { runHealth } from "./commands/health.ts";
import { runRestore } from "./commands/restore.ts";
import { runServer, serverRules, serverSettings, storeRules, storeSettings } from "./commands/serve.ts";
import { clientRules, clientSettings, connectionSettings } from "./config.ts";
import type { Exit } from "./exit.ts";
import type { Stdio } from "./terminal/output.ts";
import { refuseArguments, usageError } from "./usage.ts";

/** The collaborators of every command of the program. */
interface Environment {
  readonly env: NodeJS.ProcessEnv;
  readonly stdio: Stdio;
  /** Takes the exit code of the command that ran. */
  readonly exit: (code: Exit) => void;
}

/** The command line of the program: its commands, their flags and their help. */
export function makeProgram(env: NodeJS.ProcessEnv, stdio: Stdio, exit: (code: Exit) => void): Command {
  const environment = { env, stdio, exit };
  const program = withOwnMessages(new Command("obrolan"), stdio)
    .description("A chat room. Without a command, the program connects to a server and asks you to sign in.")
    .version(readVersion(), "--version", "show the version")
    .helpCommand(false)
    .enablePositionalOptions();
  addFlags(program, clientSettings).action(async (flags, command: Command) => {
    refuseArguments(command.args, command, ["serve", "health", "backup", "restore", "correct-times"]);
    const tables = { table: clientSettings, others: [serverSettings], rules: clientRules };
    exit(await runChat(resolve({ ...tables, flags, env }), stdio));
  });
  addServe(program, environment);
  addHealth(program, environment);
  addMaintenance(program, environment);
  addCorrectTimes(program, environment);
  return program;
}

function addServe(program: Command, { env, stdio, exit }: Environment): void {
  const serve = withOwnMessages(program.command("serve"), stdio).description("run the server");
  addFlags(serve, serverSettings).action(async (flags, command: Command) => {
    refuseArguments(command.args, command, []);
    const tables = { table: serverSettings, others: [clientSettings], rules: serverRules };
    const config = resolve({ ...tables, flags, env });
    stdio.declareStderrLog();
    exit(await runServer(config));
  });
}

function addHealth(program: Command, { env, stdio, exit }: Environment): void {
  const health = withOwnMessages(program.command("health"), stdio)
    .description("ask whether a server takes calls: exit code 0 if so, 1 if not")
    .option("--liveness", "ask only whether its process is up, even if it takes no calls");
  addFlags(health, connectionSettings).action(async ({ liveness = false, ...own }, command: Command) => {
    refuseArguments(command.args, command, []);
    const tables = { table: connectionSettings, others: [serverSettings, clientSettings], rules: clientRules };
    exit(await runHealth(resolve({ ...tables, flags: { ...program.opts(), ...own }, env }), liveness, stdio));
  });
}

/** Adds the maintenance commands that take a file: `backup` and `restore`. */
function addMaintenance(program: Command, { env, stdio, exit }: Environment): void {
  const commands = [
    ["backup", "back up the server's store into a new file; the server may be running", runBackup],
    ["restore", "replace the server's store by a backup, and keep the old store; stop the server first", runRestore],
  ] as const;
  for (const [name, description, run] of commands) {
    const maintenance = withOwnMessages(program.command(name), stdio)
      .description(description)
      .argument("<FILE>", "the backup");
    addFlags(maintenance, storeSettings).action(async (file: string, flags, command: Command) => {
      refuseArguments(command.args.slice(1), command, []);
      const tables = { table: storeSettings, others: [serverSettings, clientSettings], rules: storeRules };
      exit(await run(resolve({ ...tables, flags, env }), file, stdio));
    });
  }
}

function addCorrectTimes(program: Command, { env, stdio, exit }: Environment): void {
  const correct = withOwnMessages(program.command("correct-times"), stdio)
    .description("correct the times of messages sent while the clock was ahead; stop a server on the folder first")
    .option("--yes", "correct the times; without this flag the command only names the messages");
  addFlags(correct, storeSettings).action(async ({ yes = false, ...flags }, command: Command) => {
    refuseArguments(command.args, command, []);
    const tables = { table: storeSettings, others: [serverSettings, clientSettings], rules: () => [] };
    exit(await runCorrectTimes(resolve({ ...tables, flags, env }), { yes }, stdio));
  });
}

/** Makes a command write through `stdio`, and report wrong flags in the program's own words. */
function withOwnMessages(command: Command, stdio: Stdio): Command {
  return command
    .helpOption("--help", "show this help")
    .allowExcessArguments()
    .showSuggestionAfterError(false)
    .configureOutput({ writeOut: (text) => void stdio.stdout.write(text), outputError: () => {} })
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : usageError(error, command);
    });
}
