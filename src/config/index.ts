/** Settings: one table is the source for flags, environment, file, help and docs. */
export { type Decoded, decodeText, detectEncoding, type Encoding } from "./decode.ts";
export { ConfigError } from "./errors.ts";
export { toMarkdown } from "./markdown.ts";
export { envOf, flagOf } from "./names.ts";
export { CONFIG, resolve } from "./resolve.ts";
export { address, choice, count, name, path, type Setting, type Table, toggle, url, type Values } from "./setting.ts";
export { fileProblem, readSettingFile, type SettingFile } from "./settingFile.ts";
export { describeValue } from "./shown.ts";
export { didYouMean, nearest } from "./suggest.ts";
export {
  type Certificates,
  type Concern,
  concernAbout,
  type KeyPair,
  readAuthorities,
  readKeyPair,
} from "./tls/index.ts";
export { withoutSecrets } from "./url.ts";
