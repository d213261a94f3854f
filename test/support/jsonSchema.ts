/** A JSON schema (2020-12), with the keywords that the project's schemas use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: "object" | "array" | "string" | "number" | "integer" | "boolean";
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly format?: "date-time";
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** The keywords that this validator checks, and those that only describe. */
const KEYWORDS = new Set([
  ...["$ref", "type", "const", "enum", "oneOf", "anyOf", "properties", "required", "items", "pattern", "minimum"],
  ...["format", "$defs", "$schema", "$id", "title", "description"],
]);

/** The keywords of a schema and its parts that this validator does not know. */
export function unknownKeywords(schema: Schema): string[] {
  const { properties = {}, $defs = {}, items, oneOf = [], anyOf = [] } = schema;
  const parts = [...Object.values(properties), ...Object.values($defs), ...oneOf, ...anyOf];
  if (items !== undefined) parts.push(items);
  return [...Object.keys(schema).filter((key) => !KEYWORDS.has(key)), ...parts.flatMap(unknownKeywords)];
}

/**
 * Checks a value. Returns a sentence for each fault. It is stricter than the standard: a property that the schema does not
 * name is a fault too.
 */
export function faultsOf(value: unknown, schema: Schema, root: Schema = schema, at = "$"): string[] {
  if (schema.$ref !== undefined) return faultsOf(value, resolve(schema.$ref, root), root, at);
  const faults = [...ownFaults(value, schema, at)];
  for (const part of schema.oneOf === undefined ? [] : [matching(value, schema.oneOf, root, 1, at)])
    faults.push(...part);
  for (const part of schema.anyOf === undefined ? [] : [matching(value, schema.anyOf, root, Infinity, at)]) {
    faults.push(...part);
  }
  if (Array.isArray(value) && schema.items !== undefined) {
    const { items } = schema;
    faults.push(...value.flatMap((item, index) => faultsOf(item, items, root, `${at}[${index}]`)));
  }
  if (schema.properties !== undefined && isObject(value)) {
    for (const [name, part] of Object.entries(value)) {
      const property = schema.properties[name];
      if (property === undefined) faults.push(`${at}.${name} is not in the schema`);
      else faults.push(...faultsOf(part, property, root, `${at}.${name}`));
    }
  }
  return faults;
}

function* ownFaults(value: unknown, schema: Schema, at: string): Generator<string> {
  const shown = JSON.stringify(value);
  if (schema.type !== undefined && !isOfType(value, schema.type)) yield `${at} is ${shown}, and no ${schema.type}`;
  if ("const" in schema && value !== schema.const) yield `${at} is ${shown}, and not ${JSON.stringify(schema.const)}`;
  if (schema.enum !== undefined && !schema.enum.includes(value)) yield `${at} is ${shown}, which is not in the enum`;
  if (typeof value === "string") {
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value)) yield `${at} is ${shown}`;
    if (schema.format === "date-time" && Number.isNaN(Date.parse(value))) yield `${at} is ${shown}, and no time`;
  }
  if (typeof value === "number" && value < (schema.minimum ?? -Infinity)) yield `${at} is ${shown}`;
  if (isObject(value)) {
    for (const name of schema.required ?? []) if (!(name in value)) yield `${at} has no ${name}`;
  }
}

/** The faults of the nearest part, unless at least one and at most `max` parts fit. */
function matching(value: unknown, parts: readonly Schema[], root: Schema, max: number, at: string): string[] {
  const faults = parts.map((part) => faultsOf(value, part, root, at));
  const fitting = faults.filter(({ length }) => length === 0).length;
  if (fitting >= 1 && fitting <= max) return [];
  if (fitting > max) return [`${at} fits ${fitting} schemas`];
  return [...faults].sort((a, b) => a.length - b.length)[0] ?? [];
}

function resolve(ref: string, root: Schema): Schema {
  const name = /^#\/\$defs\/(\w+)$/.exec(ref)?.[1] ?? "";
  const schema = root.$defs?.[name];
  if (schema === undefined) throw new Error(`the schema has no ${ref}`);
  return schema;
}

function isOfType(value: unknown, type: NonNullable<Schema["type"]>): boolean {
  switch (type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
