export { type AddClaimsOptions, addClaims, type ClaimSource, type ClaimTarget } from './add-claims.ts'
export type { ProtectedClaim } from './claims.ts'
export { type GroupsOverride, type OverrideGroupsOptions, overrideGroups } from './override-groups.ts'
export { suppressClaims } from './suppress-claims.ts'
export type { AccessTokenChanges, ClaimValue, Groups, TokenChanges, Tokens } from './tokens.ts'
export {
  type GroupConfiguration,
  type PreTokenGeneration,
  type PreTokenGenerationEvent,
  preTokenGeneration,
} from './trigger.ts'
