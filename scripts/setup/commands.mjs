import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants as modes, statSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';

/** A step that cannot go on; `advice` is what the person can do about it. */
export class SetupError extends Error {
  name = 'SetupError';
  constructor(message, advice) {
    super(message);
    this.advice = advice;
  }
}

/** The program's full path, looked for as a shell would; undefined when it is not on PATH. */
export function findOnPath(name, path = process.env.PATH ?? '') {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  for (const folder of path.split(delimiter).filter(Boolean)) {
    for (const candidate of names) {
      if (isProgram(join(folder, candidate))) return join(folder, candidate);
    }
  }
  return undefined;
}

export function isProgram(path) {
  try {
    accessSync(path, modes.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The program's output; undefined when it cannot be run or fails. For questions that take no time. */
export function ask(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000, ...options });
  return error || status !== 0 ? undefined : `${stdout}${stderr}`.trim();
}

/** Runs to the end and answers its output; a failure carries the last lines of it. */
export function run(program, args, { advice, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const release = endWithUs(child);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => reject(new SetupError(`${program} could not be run: ${error.message}`, advice)));
    child.on('close', (code, signal) => {
      release();
      if (code === 0) return resolve(output);
      const lastLines = output.trimEnd().split('\n').slice(-15).join('\n');
      reject(new SetupError(`${[program, ...args].join(' ')} ended with ${signal ?? code}:\n${lastLines}`, advice));
    });
  });
}

/** A set-up that is stopped half-way leaves no npm or compiler behind. The answer gives the child free. */
function endWithUs(child) {
  const end = (signal) => {
    child.kill(signal);
    process.exit(128 + constants.signals[signal]);
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  return () => process.off('SIGINT', end).off('SIGTERM', end);
}
