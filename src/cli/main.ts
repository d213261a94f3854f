import { Command, CommanderError } from "commander";
import { addFlags, ConfigError, resolve } from "../config/index.ts";
import { readVersion } from "../shared/version.ts";
import { runBackup } from "./commands/backup.ts";
import { chat } from "./commands/chat.ts";
import { runCorrectTimes } from "./commands/correctTimes.ts";
import { askHealth } from "./commands/health.ts";
import { runRestore } from "./commands/restore.ts";
import { runServer, serverRules, serverSettings, storeRules, storeSettings } from "./commands/serve.ts";
import { clientRules, clientSettings, reachSettings } from "./config.ts";
import { Exit } from "./exit.ts";
import { Stdio } from "./terminal/stdio.ts";
import { refuseArguments, usageError } from "./usage.ts";

/** Runs the program `obrolan`. Resolves with its exit code. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Exit> {
  const stdio = new Stdio(process.stdout, process.stderr);
  return stdio.finish(await run(argv, env, stdio));
}

async function run(argv: readonly string[], env: NodeJS.ProcessEnv, stdio: Stdio): Promise<Exit> {
  let code: Exit = Exit.FINE;
  const program = inOwnWords(new Command("obrolan"), stdio)
    .description("A chat room: without a command, come in.")
    .version(readVersion(), "--version", "show the version")
    .helpCommand(false)
    .enablePositionalOptions();
  addFlags(program, clientSettings).action(async (flags, command: Command) => {
    refuseArguments(command.args, command, ["serve", "health", "backup", "restore", "correct-times"]);
    const tables = { table: clientSettings, others: [serverSettings], rules: clientRules };
    code = await chat(resolve({ ...tables, flags, env }), stdio);
  });
  const serve = inOwnWords(program.command("serve"), stdio).description("run the server");
  addFlags(serve, serverSettings).action(async (flags, command: Command) => {
    refuseArguments(command.args, command, []);
    const tables = { table: serverSettings, others: [clientSettings], rules: serverRules };
    const config = resolve({ ...tables, flags, env });
    stdio.logAside();
    code = await runServer(config);
  });
  const health = inOwnWords(program.command("health"), stdio);
  health.description("ask whether a server takes calls: exit code 0 if so, 1 if not");
  health.option("--liveness", "ask whether its process is up, whatever becomes of the room");
  addFlags(health, reachSettings).action(async ({ liveness = false, ...own }, command: Command) => {
    refuseArguments(command.args, command, []);
    const tables = { table: reachSettings, others: [serverSettings, clientSettings], rules: clientRules };
    code = await askHealth(resolve({ ...tables, flags: { ...program.opts(), ...own }, env }), liveness, stdio);
  });
  const keepers = [
    ["backup", "back up the server's store into a new file, while the server runs or not", runBackup],
    ["restore", "put a backup in the place of the server's store, which is kept, while no server runs", runRestore],
  ] as const;
  for (const [name, description, run] of keepers) {
    const keeper = inOwnWords(program.command(name), stdio).description(description).argument("<FILE>", "the backup");
    addFlags(keeper, storeSettings).action(async (file: string, flags, command: Command) => {
      refuseArguments(command.args.slice(1), command, []);
      const tables = { table: storeSettings, others: [serverSettings, clientSettings], rules: storeRules };
      code = await run(resolve({ ...tables, flags, env }), file, stdio);
    });
  }
  const correct = inOwnWords(program.command("correct-times"), stdio)
    .description("give messages that were sent while the clock was ahead the time of now, while no server runs")
    .option("--yes", "do it; without this it only says which messages they are");
  addFlags(correct, storeSettings).action(async ({ yes = false, ...flags }, command: Command) => {
    refuseArguments(command.args, command, []);
    const tables = { table: storeSettings, others: [serverSettings, clientSettings], rules: () => [] };
    code = await runCorrectTimes(resolve({ ...tables, flags, env }), { yes }, stdio);
  });

  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    // The help, or the version, has been shown.
    if (error instanceof CommanderError) return Exit.FINE;
    if (!(error instanceof ConfigError)) throw error;
    await stdio.complain(...error.problems);
    return Exit.USAGE;
  }
}

/** A command that writes where the program does, and says what is wrong with its flags as the program does. */
function inOwnWords(command: Command, stdio: Stdio): Command {
  return command
    .helpOption("--help", "show this")
    .allowExcessArguments()
    .showSuggestionAfterError(false)
    .configureOutput({ writeOut: (text) => void stdio.out.write(text), outputError: () => {} })
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : usageError(error, command);
    });
}
