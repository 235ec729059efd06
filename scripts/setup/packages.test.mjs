import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingEntries } from '../complete-lock.mjs';
import { sameVersions } from './packages.mjs';
import { projectRoot, readJson } from './places.mjs';

const entry = (version, more = {}) => ({ version, integrity: `sha512-${version}`, ...more });

describe('sameVersions', () => {
  const lock = { packages: { '': {}, 'node_modules/a': entry('1'), 'node_modules/b': entry('1', { optional: true }) } };

  it('accepts packages of other platforms that were not installed', () => {
    expect(sameVersions(lock, { packages: { 'node_modules/a': entry('1') } })).toBe(true);
  });

  it.each([
    ['a package is missing', {}],
    ['a package has another version', { 'node_modules/a': entry('2') }],
    ['a package has other bytes', { 'node_modules/a': { ...entry('1'), integrity: 'sha512-other' } }],
    ['a package is there that nobody asked for', { 'node_modules/a': entry('1'), 'node_modules/c': entry('1') }],
  ])('installs again when %s', (_reason, packages) => {
    expect(sameVersions(lock, { packages })).toBe(false);
  });
});

describe('package-lock.json', () => {
  const lock = readJson(join(projectRoot, 'package-lock.json'));

  it('has an entry for every platform, without which npm ci refuses it (node scripts/complete-lock.mjs adds them)', () => {
    expect(Object.keys(missingEntries(lock))).toEqual([]);
  });

  it('agrees with package.json', () => {
    const { dependencies, devDependencies, optionalDependencies } = readJson(join(projectRoot, 'package.json'));
    expect(lock.packages['']).toMatchObject({ dependencies, devDependencies, optionalDependencies });
  });
});
