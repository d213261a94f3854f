// The parts of the output of `buf build -o -#format=json` that the contract's reference page needs.

/** A set of contract files. */
export interface Image {
  readonly file: readonly ContractFile[];
}

export interface ContractFile {
  readonly name: string;
  readonly package: string;
  readonly service?: readonly Service[];
  readonly messageType?: readonly Message[];
  readonly enumType?: readonly EnumType[];
  readonly sourceCodeInfo: { readonly location: readonly Location[] };
  readonly bufExtension: { readonly isImport: boolean };
}

export interface Service {
  readonly name: string;
  readonly method: readonly Method[];
}

export interface Method {
  readonly name: string;
  readonly inputType: string;
  readonly outputType: string;
  readonly clientStreaming?: boolean;
  readonly serverStreaming?: boolean;
}

export interface Message {
  readonly name: string;
  readonly field?: readonly Field[];
  readonly oneofDecl?: readonly { readonly name: string }[];
}

export interface Field {
  readonly name: string;
  readonly number: number;
  /** Such as `TYPE_UINT64`. */
  readonly type: string;
  /** Such as `.obrolan.v1.Join`. Only fields whose type is a message or an enum have it. */
  readonly typeName?: string;
  readonly label: string;
  readonly oneofIndex?: number;
  /** Whether the field is declared `optional`. Its `oneofIndex` then refers to a oneof that the compiler generated. */
  readonly proto3Optional?: boolean;
}

export interface EnumType {
  readonly name: string;
  readonly value: readonly { readonly name: string; readonly number: number }[];
}

interface Location {
  readonly path?: readonly number[];
  readonly leadingComments?: string;
}

// The field numbers of descriptor.proto that make up the paths to comments.
const FILE = { package: 2, message: 4, enum: 5, service: 6 };
const MEMBER = { method: 2, field: 2, value: 2, oneof: 8 };

/** The comments of one contract file, by the element that they describe. */
export class Comments {
  readonly #byPath: ReadonlyMap<string, string>;

  constructor(file: ContractFile) {
    this.#byPath = new Map(file.sourceCodeInfo.location.map((at) => [key(at.path ?? []), at.leadingComments ?? ""]));
  }

  ofFile(): string {
    return this.#at(FILE.package);
  }

  ofService(service: number): string {
    return this.#at(FILE.service, service);
  }

  ofMethod(service: number, method: number): string {
    return this.#at(FILE.service, service, MEMBER.method, method);
  }

  ofMessage(message: number): string {
    return this.#at(FILE.message, message);
  }

  ofField(message: number, field: number): string {
    return this.#at(FILE.message, message, MEMBER.field, field);
  }

  ofOneof(message: number, oneof: number): string {
    return this.#at(FILE.message, message, MEMBER.oneof, oneof);
  }

  ofEnum(enumType: number): string {
    return this.#at(FILE.enum, enumType);
  }

  ofValue(enumType: number, value: number): string {
    return this.#at(FILE.enum, enumType, MEMBER.value, value);
  }

  #at(...path: number[]): string {
    const comment = this.#byPath.get(key(path)) ?? "";
    return comment.replace(/^ /gm, "").trim();
  }
}

function key(path: readonly number[]): string {
  return path.join(".");
}
