/** The folders of events, in the order of a user's life, with the trigger sources that AWS names for each. */
export const TRIGGERS = {
  'pre-signup': { prefix: 'PreSignUp_', sources: ['PreSignUp_SignUp', 'PreSignUp_AdminCreateUser', 'PreSignUp_ExternalProvider'] },
  'post-confirmation': {
    prefix: 'PostConfirmation_',
    sources: ['PostConfirmation_ConfirmSignUp', 'PostConfirmation_ConfirmForgotPassword'],
  },
  'pre-auth': { prefix: 'PreAuthentication_', sources: ['PreAuthentication_Authentication'] },
  'post-auth': { prefix: 'PostAuthentication_', sources: ['PostAuthentication_Authentication'] },
} as const

export type Folder = keyof typeof TRIGGERS

export const FOLDERS: readonly Folder[] = ['pre-signup', 'post-confirmation', 'pre-auth', 'post-auth']

/** The folder that an event of this trigger source belongs to; undefined for the other triggers. */
export function folderOf(triggerSource: string): Folder | undefined {
  return FOLDERS.find((folder) => triggerSource.startsWith(TRIGGERS[folder].prefix))
}
