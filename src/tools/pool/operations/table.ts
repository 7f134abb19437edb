import type { Operation } from '../operation.ts'
import * as adminUsers from './admin-users.ts'
import * as groups from './groups.ts'
import { AdminInitiateAuth, InitiateAuth } from './initiate-auth.ts'
import { ListUsers, ListUsersInGroup } from './list-users.ts'
import * as mfa from './mfa-settings.ts'
import * as passwords from './passwords.ts'
import * as pools from './pools.ts'
import * as refresh from './refresh.ts'
import { AdminRespondToAuthChallenge, RespondToAuthChallenge } from './respond-to-auth-challenge.ts'
import * as selfService from './self-service.ts'
import { AdminConfirmSignUp, ConfirmSignUp, ResendConfirmationCode, SignUp } from './sign-up.ts'
import * as userSessions from './user-sessions.ts'

/**
 * The operations of the local pool, by their names in Cognito's API. The documentation and the tests are made from this table. An
 * operation that is missing here is refused.
 */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  SignUp,
  ConfirmSignUp,
  ResendConfirmationCode,
  InitiateAuth,
  RespondToAuthChallenge,
  GetTokensFromRefreshToken: refresh.GetTokensFromRefreshToken,
  RevokeToken: refresh.RevokeToken,
  GlobalSignOut: refresh.GlobalSignOut,
  ForgotPassword: passwords.ForgotPassword,
  ConfirmForgotPassword: passwords.ConfirmForgotPassword,
  ChangePassword: passwords.ChangePassword,
  GetUser: selfService.GetUser,
  UpdateUserAttributes: selfService.UpdateUserAttributes,
  DeleteUserAttributes: selfService.DeleteUserAttributes,
  GetUserAttributeVerificationCode: selfService.GetUserAttributeVerificationCode,
  VerifyUserAttribute: selfService.VerifyUserAttribute,
  DeleteUser: selfService.DeleteUser,
  AssociateSoftwareToken: mfa.AssociateSoftwareToken,
  VerifySoftwareToken: mfa.VerifySoftwareToken,
  SetUserMFAPreference: mfa.SetUserMFAPreference,
  SetUserSettings: mfa.SetUserSettings,
  AdminInitiateAuth,
  AdminRespondToAuthChallenge,
  AdminCreateUser: adminUsers.AdminCreateUser,
  AdminConfirmSignUp,
  AdminGetUser: adminUsers.AdminGetUser,
  AdminUpdateUserAttributes: selfService.AdminUpdateUserAttributes,
  AdminDeleteUserAttributes: selfService.AdminDeleteUserAttributes,
  AdminDeleteUser: adminUsers.AdminDeleteUser,
  AdminEnableUser: adminUsers.AdminEnableUser,
  AdminDisableUser: adminUsers.AdminDisableUser,
  AdminSetUserPassword: passwords.AdminSetUserPassword,
  AdminResetUserPassword: passwords.AdminResetUserPassword,
  AdminSetUserMFAPreference: mfa.AdminSetUserMFAPreference,
  AdminUserGlobalSignOut: refresh.AdminUserGlobalSignOut,
  AdminListUserSessions: userSessions.AdminListUserSessions,
  AdminRevokeUserSession: userSessions.AdminRevokeUserSession,
  AdminLinkProviderForUser: adminUsers.AdminLinkProviderForUser,
  AdminDisableProviderForUser: adminUsers.AdminDisableProviderForUser,
  ListUsers,
  CreateGroup: groups.CreateGroup,
  GetGroup: groups.GetGroup,
  UpdateGroup: groups.UpdateGroup,
  DeleteGroup: groups.DeleteGroup,
  ListGroups: groups.ListGroups,
  ListUsersInGroup,
  AdminAddUserToGroup: groups.AdminAddUserToGroup,
  AdminRemoveUserFromGroup: groups.AdminRemoveUserFromGroup,
  AdminListGroupsForUser: groups.AdminListGroupsForUser,
  CreateUserPool: pools.CreateUserPool,
  DescribeUserPool: pools.DescribeUserPool,
  UpdateUserPool: pools.UpdateUserPool,
  DeleteUserPool: pools.DeleteUserPool,
  ListUserPools: pools.ListUserPools,
  AddCustomAttributes: pools.AddCustomAttributes,
  SetUserPoolMfaConfig: mfa.SetUserPoolMfaConfig,
  GetUserPoolMfaConfig: mfa.GetUserPoolMfaConfig,
  SetUserPoolSessionConfiguration: userSessions.SetUserPoolSessionConfiguration,
  GetUserPoolSessionConfiguration: userSessions.GetUserPoolSessionConfiguration,
  SetUserPoolClientSessionConfiguration: userSessions.SetUserPoolClientSessionConfiguration,
  GetUserPoolClientSessionConfiguration: userSessions.GetUserPoolClientSessionConfiguration,
  CreateUserPoolClient: pools.CreateUserPoolClient,
  DescribeUserPoolClient: pools.DescribeUserPoolClient,
  UpdateUserPoolClient: pools.UpdateUserPoolClient,
  DeleteUserPoolClient: pools.DeleteUserPoolClient,
  ListUserPoolClients: pools.ListUserPoolClients,
  CreateUserPoolDomain: pools.CreateUserPoolDomain,
  DeleteUserPoolDomain: pools.DeleteUserPoolDomain,
  CreateIdentityProvider: pools.CreateIdentityProvider,
  DescribeIdentityProvider: pools.DescribeIdentityProvider,
  CreateResourceServer: pools.CreateResourceServer,
}
