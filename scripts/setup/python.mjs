import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ask, findOnPath, run } from './commands.mjs';
import { projectRoot, writeJson } from './places.mjs';

const requirements = join(projectRoot, 'tests/reference/requirements.txt');
const advice =
  'Install Python 3.11 or newer with pip and venv (Debian: apt-get install python3-pip python3-venv), then start again.';

/** A Python with the reference libraries that our statistics are compared with. */
export async function makePython({ cache, say }) {
  const python = findOnPath('python3') ?? findOnPath('python');
  const version = python && ask(python, ['--version']);
  if (!version) throw new Error(`no python3 on PATH. ${advice}`);
  const digest = createHash('sha256').update(readFileSync(requirements)).update(version).digest('hex').slice(0, 16);
  const folder = join(cache, `python-${digest}`);
  const program = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (existsSync(join(folder, 'complete.json'))) return { path: program, version };

  say('reference statistics for tests: installing scikit-learn, fairlearn, scipy, statsmodels (a minute or two)');
  // A virtual environment holds its own path, so it is built in place and counts only once it is marked complete.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  await run(python, ['-m', 'venv', '--without-pip', folder], { advice });
  const wanted = ['--quiet', '--disable-pip-version-check', '--no-input', '--only-binary=:all:', '-r', requirements];
  await run(python, ['-m', 'pip', '--python', program, 'install', ...wanted], { advice });
  await run(program, ['-c', 'import sklearn, fairlearn, scipy, statsmodels, pandas, pyarrow'], { advice });
  writeJson(join(folder, 'complete.json'), { version });
  return { path: program, version };
}
