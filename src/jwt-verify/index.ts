export { type CognitoTokenVerifierOptions, cognitoTokenVerifier, KeysUnavailableError } from './cognito-token-verifier.ts'
