import { join } from 'node:path';
import { ask, findOnPath, isProgram, SetupError } from './commands.mjs';
import { projectRoot } from './places.mjs';

const oldest = 24;

/** The Node that runs us: the one that the lock file pins, or the machine's own where npm has none for the platform. */
export function findNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const pinned = join(projectRoot, 'node_modules', `node-${platform}-${process.arch}`, 'bin', program);
  const candidates = [pinned, process.execPath, findOnPath('node')].filter((path) => path && isProgram(path));
  for (const path of candidates) {
    const version = path === process.execPath ? process.version : ask(path, ['--version']);
    if (version && majorOf(version) >= oldest) return { path, version };
  }
  throw new SetupError(
    `Countersign needs Node ${oldest} or newer; this machine has ${process.version} and npm offers no Node for ${platform}-${process.arch} here.`,
    `Install Node ${oldest} (https://nodejs.org/en/download, or "nvm install ${oldest}"), then start again.`,
  );
}

function majorOf(version) {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);
}
