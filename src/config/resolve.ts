import { ConfigError } from "./errors.ts";
import { readConfigFile } from "./file.ts";
import { ENV_PREFIX, envOf, flagOf } from "./names.ts";
import { isServiceLink } from "./serviceLinks.ts";
import type { Setting, Table, Values } from "./setting.ts";
import { describeValue } from "./shown.ts";
import { didYouMean } from "./suggest.ts";

/** The setting that names the file. It is in no table, because the file cannot set it. */
export const CONFIG = "config";

/** The sources and rules that `resolve` uses. */
export interface ResolveOptions<T extends Table> {
  readonly table: T;
  /** The program's other tables. The environment and the file may set their names too, without effect here. */
  readonly others?: readonly Table[];
  /**
   * Checks the values against one another, and returns a sentence for each problem. Called only if each value alone is
   * allowed.
   */
  readonly rules?: (values: Values<T>) => string[];
  /** Values by key, as commander returns them. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Resolves every setting of a table: flags over environment over file over default. An empty variable sets nothing, nor
 * does an empty string or `null` in the file (docs/decisions/0025-what-sets-nothing.md). Throws a `ConfigError` with a
 * sentence for each value that is not allowed, and for each unknown name in the file and among the `OBROLAN_…`
 * variables.
 */
export function resolve<T extends Table>({ table, others = [], rules, flags, env: all }: ResolveOptions<T>): Values<T> {
  const keys = [table, ...others].flatMap((known) => Object.keys(known));
  const env = withoutLinks(all);
  const path = text(flags[CONFIG]) ?? notEmpty(env[envOf(CONFIG)]);
  const file = path === undefined ? {} : readConfigFile(path);
  const problems = [...unknownVariables(env, keys), ...unknownKeys(file, path, keys)];

  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(table)) {
    const [where, value] = find(key, setting, { flags, env, file, path });
    values[key] = value;
    // Without a default, a setting that no source sets stays undefined.
    if (value === undefined || setting.isAllowed(value)) continue;
    // An invalid URL may still have a password in it.
    const what = setting.secret ? "cannot be used" : describeValue(value);
    problems.push(`${where} ${what}; it must be ${setting.allowed}.`);
  }
  if (problems.length === 0) problems.push(...(rules?.(values as Values<T>) ?? []));
  if (problems.length > 0) throw new ConfigError(problems);
  return values as Values<T>;
}

interface Sources {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file: Readonly<Record<string, unknown>>;
  readonly path: string | undefined;
}

/** The value of a setting, and its source in words. */
function find(key: string, setting: Setting<unknown>, { flags, env, file, path }: Sources): [string, unknown] {
  const flag = flags[key];
  if (flag !== undefined) return [`The flag ${flagOf(key)}`, typeof flag === "string" ? setting.fromText(flag) : flag];
  const variable = notEmpty(env[envOf(key)]);
  if (variable !== undefined) return [`The environment variable ${envOf(key)}`, setting.fromText(variable)];
  const inFile = Object.hasOwn(file, key) ? notEmpty(file[key]) : undefined;
  if (inFile !== undefined) return [`"${key}" in ${path}`, inFile];
  return [`The default of ${key}`, setting.default];
}

function withoutLinks(env: ResolveOptions<Table>["env"]): ResolveOptions<Table>["env"] {
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => !isServiceLink(name, value ?? "")));
}

/** Undefined for values that set nothing. Templates write such values: Compose makes an empty string of `${X:-}`. */
function notEmpty<T>(value: T): T | undefined {
  return value === "" || value === null ? undefined : value;
}

function unknownVariables(env: Readonly<Record<string, string | undefined>>, keys: readonly string[]): string[] {
  const known = [...keys, CONFIG].map(envOf);
  return Object.keys(env)
    .filter((name) => name.startsWith(ENV_PREFIX) && !known.includes(name))
    .map((name) => `The environment variable ${name} is not known${didYouMean(name, known)}`);
}

function unknownKeys(file: object, path: string | undefined, keys: readonly string[]): string[] {
  return Object.keys(file)
    .filter((key) => !keys.includes(key))
    .map((key) => `"${key}" in ${path} is not known${didYouMean(key, keys)}`);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
