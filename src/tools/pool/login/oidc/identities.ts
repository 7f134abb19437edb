/** The claims of a person at the local identity provider. `sub` is the person's name at the provider. */
export type IdentityClaims = Readonly<Record<string, unknown>> & { readonly sub: string }

/** People to try a sign-in with: what their claims have in common with those of real providers. */
export const SAMPLE_IDENTITIES: Readonly<Record<string, { readonly label: string; readonly claims: IdentityClaims }>> = {
  anna: {
    label: "Anna O'Neill, with a verified address in example.com",
    claims: {
      sub: '108256943017420951736',
      email: 'anna@example.com',
      email_verified: true,
      name: "Anna O'Neill",
      given_name: 'Anna',
      family_name: "O'Neill",
      locale: 'en',
      hd: 'example.com',
      groups: ['Engineering', 'Everyone'],
    },
  },
  bea: {
    label: 'Bea Lund, with an address that is not verified',
    claims: { sub: '117340982256118834027', email: 'Bea@Example.com', email_verified: false, name: 'Bea Lund', given_name: 'Bea' },
  },
  kim: {
    label: 'Kim Sato, without an address',
    claims: { sub: 'G-4815', name: 'Kim Sato', given_name: 'Kim' },
  },
  olu: {
    label: 'Olu Adeyemi, with an address in another domain',
    claims: {
      sub: '3c7f19a2-aa04-4e61-8a7e-2f0d9b5c6e18',
      email: 'olu@partner.example.org',
      email_verified: true,
      name: 'Olu Adeyemi',
      given_name: 'Olu',
      groups: ['Support'],
    },
  },
}
