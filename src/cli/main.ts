import { Command, CommanderError } from "commander";
import { addFlags, ConfigError, didYouMean, resolve } from "../config/index.ts";
import { runBackup } from "./commands/backup.ts";
import { chat } from "./commands/chat.ts";
import { askHealth } from "./commands/health.ts";
import { runRestore } from "./commands/restore.ts";
import { runServer, serverRules, serverSettings, storeRules, storeSettings } from "./commands/serve.ts";
import { clientRules, clientSettings, reachSettings } from "./config.ts";
import { Exit } from "./exit.ts";
import { readVersion } from "./version.ts";

/** Runs the program `obrolan`. Resolves with its exit code. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Exit> {
  let code: Exit = Exit.FINE;
  const program = new Command("obrolan")
    .description("A chat room: without a command, come in.")
    .version(readVersion(), "--version", "show the version")
    .helpOption("--help", "show this")
    .helpCommand(false)
    .enablePositionalOptions()
    .allowExcessArguments()
    .exitOverride();
  addFlags(program, clientSettings).action(async (flags, { args }: Command) => {
    refuseArguments(args, ["serve", "health", "backup", "restore"]);
    const tables = { table: clientSettings, others: [serverSettings], rules: clientRules };
    code = await chat(resolve({ ...tables, flags, env }));
  });
  const serve = program.command("serve").description("run the server");
  serve.helpOption("--help", "show this").allowExcessArguments().exitOverride();
  addFlags(serve, serverSettings).action(async (flags, { args }: Command) => {
    refuseArguments(args, []);
    const tables = { table: serverSettings, others: [clientSettings], rules: serverRules };
    code = await runServer(resolve({ ...tables, flags, env }));
  });
  const health = program.command("health").description("ask whether a server takes calls: exit code 0 if so, 1 if not");
  health.helpOption("--help", "show this").allowExcessArguments().exitOverride();
  health.option("--liveness", "ask whether its process is up, whatever becomes of the room");
  addFlags(health, reachSettings).action(async ({ liveness = false, ...own }, { args }: Command) => {
    refuseArguments(args, []);
    const tables = { table: reachSettings, others: [serverSettings, clientSettings], rules: clientRules };
    code = await askHealth(resolve({ ...tables, flags: { ...program.opts(), ...own }, env }), liveness);
  });
  const keepers = [
    ["backup", "back up the server's store into a new file, while the server runs or not", runBackup],
    ["restore", "put a backup in the place of the server's store, which is kept, while no server runs", runRestore],
  ] as const;
  for (const [name, description, run] of keepers) {
    const keeper = program.command(name).description(description).argument("<FILE>", "the backup");
    keeper.helpOption("--help", "show this").allowExcessArguments().exitOverride();
    addFlags(keeper, storeSettings).action(async (file: string, flags, { args }: Command) => {
      refuseArguments(args.slice(1), []);
      const tables = { table: storeSettings, others: [serverSettings, clientSettings], rules: storeRules };
      code = await run(resolve({ ...tables, flags, env }), file);
    });
  }

  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    // Commander has said what was wrong by itself.
    if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.FINE : Exit.USAGE;
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(error.problems.map((problem) => `obrolan: ${problem}\n`).join(""));
    return Exit.USAGE;
  }
}

function refuseArguments([word]: readonly string[], commands: readonly string[]): void {
  if (word === undefined) return;
  throw new ConfigError([`"${word}" is no command of obrolan${didYouMean(word, commands)} See obrolan --help.`]);
}
