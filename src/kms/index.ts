export type { CodeReader, Sender } from '../shared/sender/sender.ts'
export { CodeDecryptionError, decryptCode, type Keyring } from './decrypt-code.ts'
export { type KmsKeyringOptions, kmsKeyring } from './kms-keyring.ts'
