export const handler = async (event) => {
  if (event.triggerSource !== 'TokenGeneration_RefreshTokens') event.response = { claimsAndScopeOverrideDetails: {} }
  return event
}
