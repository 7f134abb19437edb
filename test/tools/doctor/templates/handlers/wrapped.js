// Uses the package inside a function of another kind. doctor sees the import, but not the rules.
const loading = () => import('cognito-lifeguard/pre-signup')

export const handler = async (event) => (event.never ? loading() : event)
