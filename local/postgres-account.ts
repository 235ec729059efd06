import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';

const accountName = 'postgres';

export interface Account {
  uid: number;
  gid: number;
}

export interface Launch {
  command: string;
  args: string[];
  account: Partial<Account>;
}

/** PostgreSQL refuses to run as root: the account it gets instead, made when it is not there. undefined for a plain user. */
export function findPostgresAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return readAccount() ?? createAccount();
}

/**
 * How to start `program` as that account. Where the account may not look into the folders on the way (a project under
 * /root), it is given the right to, and nothing else of root's.
 */
export function launchAs(account: Account | undefined, program: string, args: string[], dataFolder: string): Launch {
  if (!account) return { command: program, args, account: {} };
  if (canReach(account, program) && canReach(account, dataFolder)) return { command: program, args, account };
  const rights = '+dac_override,+dac_read_search';
  const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  const capabilities = [`--inh-caps=${rights}`, `--ambient-caps=${rights}`];
  return { command: 'setpriv', args: [...identity, ...capabilities, program, ...args], account: {} };
}

function canReach({ uid, gid }: Account, path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const stats = statSync(folder);
    const bit = stats.uid === uid ? 0o100 : stats.gid === gid ? 0o010 : 0o001;
    if ((stats.mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function readAccount(): Account | undefined {
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, accountName], { encoding: 'utf8', stdio: 'pipe' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

function createAccount(): Account {
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', accountName], { stdio: 'pipe' });
  } catch (error) {
    const advice = `make one (useradd --system ${accountName}), start as a plain user, or set DATABASE_URL`;
    throw new Error(`PostgreSQL cannot run as root and the account "${accountName}" could not be made: ${advice}`, {
      cause: error,
    });
  }
  const account = readAccount();
  if (!account) throw new Error(`the account "${accountName}" was made but cannot be found`);
  return account;
}
