/** The TLS files that settings name: read, checked, and each fault told with the setting and the remedy. */
export { type Certificates, readAuthorities } from "./certificates.ts";
export { type KeyPair, readKeyPair } from "./keyPair.ts";
export { type Concern, concernAbout } from "./validity.ts";
