/**
 * Reads and checks the TLS files that settings name. Each error names the setting and what is wrong, and the remedy if
 * there is one.
 */
export { type Certificates, readAuthorities } from "./certificates.ts";
export { type KeyPair, readKeyPair } from "./keyPair.ts";
export { type Concern, concernAbout } from "./validity.ts";
