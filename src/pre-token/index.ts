export { type DynamoProfileReaderOptions, dynamoProfileReader } from '../shared/profiles/dynamo-profile-reader.ts'
export type { ProfileKey, ProfileReader, StoredProfile } from '../shared/profiles/profiles.ts'
export { type AddClaimsOptions, addClaims, type ClaimSource } from './add-claims.ts'
export { addScopes, type ScopeSource } from './add-scopes.ts'
export { type AttributesByToken, attributesAsClaims } from './attributes-as-claims.ts'
export type { ClaimTarget, ProtectedClaim } from './claims.ts'
export { type ClaimsFromProfileOptions, claimsFromProfile, type ProfileSource } from './claims-from-profile.ts'
export { type OnBehalfOfOptions, onBehalfOf, type UserTokenVerifier, type VerifiedClaims } from './on-behalf-of.ts'
export { type GroupsOverride, type OverrideGroupsOptions, overrideGroups } from './override-groups.ts'
export { suppressClaims } from './suppress-claims.ts'
export { suppressScopes } from './suppress-scopes.ts'
export { type TokenBudgetOptions, TokenTooLargeError, tokenBudget } from './token-budget.ts'
export type { AccessTokenChanges, ClaimValue, Groups, TokenChanges, Tokens } from './tokens.ts'
export {
  type GroupConfiguration,
  type PreTokenGeneration,
  type PreTokenGenerationEvent,
  preTokenGeneration,
} from './trigger.ts'
