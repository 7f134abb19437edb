export const handler = async (event) => {
  event.response = { claimsAndScopeOverrideDetails: { accessTokenGeneration: { scopesToAdd: ['read'] } } }
  return event
}
