import { formatHelp } from '../../help.ts'
import { USER_TABLES } from './user-tables.ts'

/** The help of `lifeguard erase`. */
export const ERASE_HELP: readonly string[] = formatHelp([
  'Delete the rows of a user from the tables of the rules.',
  { title: 'Usage', lines: ['lifeguard erase SUB --pool ID [--username NAME] [--email ADDRESS] [--table SETTING=NAME]... [--dry-run]'] },
  'Works on AWS, with the credentials, region and endpoints of your environment. Delete the user in the user pool first: otherwise the next sign-in writes the rows again. You can run the command again at any time.',
  `Reads the names of the tables from the settings ${USER_TABLES.map(({ setting }) => setting).join(', ')} of your environment, and prints what it deletes, and what it keeps. A table without a name is left out.`,
  'It reads the whole table of effects to find those of the user: one read unit for each 4 kB. It needs dynamodb:DeleteItem on each table and dynamodb:Scan on that of effects, and with --dry-run dynamodb:GetItem instead of dynamodb:DeleteItem.',
  {
    title: 'Options',
    entries: [
      ['--pool ID', 'the user pool of the user'],
      ['--username NAME', 'the user name, which finds parked codes and the invitation of the user'],
      ['--email ADDRESS', 'the email address, which finds the mailbox, the invitation and the waiting list'],
      ['--table SETTING=NAME', 'name of a table, instead of the one in your environment; repeatable'],
      ['--dry-run', 'print the rows, and delete none'],
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'done. The output names rows that were not searched without --username or --email'],
      ['1', 'at least one table is not available. The others are done'],
      ['2', 'the usage is invalid'],
    ],
  },
  { title: 'Example', lines: ['lifeguard erase 5f2a7c1e-0b7d-4b43-9d4e-3a1c8c9f0a11 --pool eu-west-1_Example --dry-run'] },
])
