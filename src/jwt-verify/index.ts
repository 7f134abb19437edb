export { type CognitoTokenVerifierOptions, cognitoTokenVerifier } from './cognito-token-verifier.ts'
