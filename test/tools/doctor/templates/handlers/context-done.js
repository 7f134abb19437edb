export const handler = (event, context) => context.done(null, event)
