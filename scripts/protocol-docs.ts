import type { ContractFile, EnumType, Field, Image, Message, Method } from "./descriptors.ts";
import { Comments } from "./descriptors.ts";

/** Makes docs/protocol.md, the contract's reference page. */
export function protocolDocs(image: Image): string {
  const files = image.file.filter((file) => !file.bufExtension.isImport);
  return `${files.flatMap((file) => fileDocs(file)).join("\n\n")}\n`;
}

function fileDocs(file: ContractFile): string[] {
  const comments = new Comments(file);
  const services = file.service ?? [];
  const messages = file.messageType ?? [];
  const enums = file.enumType ?? [];
  return [
    `# The protocol: \`${file.package}\``,
    `Generated from [\`proto/${file.name}\`](../proto/${file.name}) by \`npm run generate\`. ` +
      "Change that file, not this page.",
    comments.ofFile(),
    contents(file),
    ...services.flatMap((service, at) => [
      `## ${service.name}`,
      comments.ofService(at),
      ...service.method.flatMap((method, of) => methodDocs(method, comments.ofMethod(at, of))),
    ]),
    "## Messages",
    ...messages.flatMap((message, at) => messageDocs(message, at, comments)),
    "## Enums",
    ...enums.flatMap((enumType, at) => enumDocs(enumType, at, comments)),
  ];
}

function contents(file: ContractFile): string {
  const lines = [
    ...(file.service ?? []).map(
      ({ name, method }) => `- ${link(name)}: ${method.map((rpc) => link(rpc.name)).join(", ")}`,
    ),
    `- ${link("Messages")}: ${(file.messageType ?? []).map((message) => link(message.name)).join(", ")}`,
    `- ${link("Enums")}: ${(file.enumType ?? []).map((enumType) => link(enumType.name)).join(", ")}`,
  ];
  return lines.join("\n");
}

function methodDocs(method: Method, comment: string): string[] {
  const request = `${method.clientStreaming ? "stream of " : ""}${link(shortName(method.inputType))}`;
  const response = `${method.serverStreaming ? "stream of " : ""}${link(shortName(method.outputType))}`;
  return [`### ${method.name}`, `${request} → ${response}`, comment];
}

function messageDocs(message: Message, at: number, comments: Comments): string[] {
  const fields = (message.field ?? []).map((field, of) => ({ field, comment: comments.ofField(at, of) }));
  const oneofs = (message.oneofDecl ?? []).flatMap((oneof, of) => {
    const members = fields.filter(({ field }) => inOneof(field) && field.oneofIndex === of);
    if (members.length === 0) return [];
    return [`At most one of these, together \`${oneof.name}\`. ${comments.ofOneof(at, of)}`, fieldTable(members)];
  });
  const plain = fields.filter(({ field }) => !inOneof(field));
  const table = plain.length > 0 ? [fieldTable(plain)] : [];
  const none = fields.length === 0 ? ["No fields."] : [];
  return [`### ${message.name}`, comments.ofMessage(at), ...table, ...oneofs, ...none];
}

function inOneof(field: Field): boolean {
  return field.oneofIndex !== undefined && !field.proto3Optional;
}

function fieldTable(fields: readonly { field: Field; comment: string }[]): string {
  const rows = fields.map(({ field, comment }) => [
    String(field.number),
    `\`${field.name}\``,
    fieldType(field),
    comment,
  ]);
  return table(["#", "field", "type", "meaning"], rows);
}

function fieldType(field: Field): string {
  const type = field.typeName ? link(shortName(field.typeName)) : field.type.replace("TYPE_", "").toLowerCase();
  if (field.label === "LABEL_REPEATED") return `repeated ${type}`;
  return field.proto3Optional ? `optional ${type}` : type;
}

function enumDocs(enumType: EnumType, at: number, comments: Comments): string[] {
  const rows = enumType.value.map(({ name, number }, of) => [String(number), `\`${name}\``, comments.ofValue(at, of)]);
  return [`### ${enumType.name}`, comments.ofEnum(at), table(["#", "value", "meaning"], rows)];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Makes a cell of a table. A cell is one line, so the ends of paragraphs become `<br>`. */
function cell(text: string): string {
  return text
    .replaceAll("|", "\\|")
    .replace(/\n{2,}/g, "<br><br>")
    .replaceAll("\n", " ");
}

const googleTypes = "https://protobuf.dev/reference/protobuf/google.protobuf/";

/** A link to a heading of the page, or to the documentation of one of Google's own types. */
function link(name: string): string {
  const google = /^google\.protobuf\.(.+)$/.exec(name)?.[1];
  if (google) return `[${name}](${googleTypes}#${google.toLowerCase()})`;
  return `[${name}](#${name.toLowerCase()})`;
}

/** Shortens `.obrolan.v1.Join` to `Join`. The names of Google's types keep their package. */
function shortName(typeName: string): string {
  return typeName.startsWith(".google.") ? typeName.slice(1) : typeName.slice(typeName.lastIndexOf(".") + 1);
}
