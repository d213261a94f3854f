/** Reads and checks the TLS files that settings name. Each error names the setting and the remedy. */
export { type Certificates, readAuthorities } from "./certificates.ts";
export { type KeyPair, readKeyPair } from "./keyPair.ts";
export { type Concern, concernAbout } from "./validity.ts";
