export { type AutoConfirmOptions, autoConfirm } from './auto-confirm.ts'
export {
  byAdministrator,
  byIdentityProvider,
  type PreSignUp,
  type PreSignUpAnswer,
  type PreSignUpEvent,
  preSignUp,
} from './trigger.ts'
