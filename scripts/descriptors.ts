// What `buf build -o -#format=json` prints of a contract, as far as its reference page needs it.

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
  /** Such as `.obrolan.v1.Join`; only of messages and enums. */
  readonly typeName?: string;
  readonly label: string;
  readonly oneofIndex?: number;
  /** Written `optional`: its `oneofIndex` is one that the compiler made up. */
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

// The field numbers of descriptor.proto, out of which the paths to comments are made.
const FILE = { package: 2, message: 4, enum: 5, service: 6 };
const MEMBER = { method: 2, field: 2, value: 2, oneof: 8 };

/** The comments of one contract file, by what they stand above. */
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
