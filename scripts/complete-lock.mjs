/**
 * Adds to package-lock.json the optional packages for other platforms that the registry at hand did not have when the
 * lock file was written: without them `npm ci` refuses the lock file, and other platforms get no native code. They have
 * a version but no hash; `npm install` on such a platform adds it. Run after `npm install <package>`:
 *
 *   node scripts/complete-lock.mjs
 */
import { join } from 'node:path';
import { projectRoot, readJson, writeJson } from './setup/places.mjs';

const systems = {
  darwin: 'darwin',
  linux: 'linux',
  win32: 'win32',
  windows: 'win32',
  freebsd: 'freebsd',
  android: 'android',
  openharmony: 'openharmony',
};
const machines = {
  arm64: 'arm64',
  x64: 'x64',
  ia32: 'ia32',
  arm: 'arm',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  wasm32: 'wasm32',
};

/** The optional packages that the lock file lacks, as the entries that it should have. */
export function missingEntries(lock) {
  const missing = {};
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const isPresent = placesFor(path, name).some((place) => place in lock.packages);
      if (!isPresent) missing[`node_modules/${name}`] = { version, ...platformOf(name), optional: true };
    }
  }
  return missing;
}

/** Where Node would look for `name` from a package at `path`, nearest first. */
function placesFor(path, name) {
  const places = [];
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    places.push(folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`);
    if (folder === '') return places;
  }
}

function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = words.map((word) => systems[word]).filter(Boolean);
  const cpu = words.map((word) => machines[word]).filter(Boolean);
  const libc = words.includes('linux') ? (/musl/.test(name) ? ['musl'] : /gnu/.test(name) ? ['glibc'] : []) : [];
  return { ...(os.length && { os }), ...(cpu.length && { cpu }), ...(libc.length && { libc }) };
}

if (process.argv[1]?.endsWith('complete-lock.mjs')) {
  const path = join(projectRoot, 'package-lock.json');
  const lock = readJson(path);
  const missing = missingEntries(lock);
  const packages = Object.entries({ ...lock.packages, ...missing });
  packages.sort(([a], [b]) => (a < b ? -1 : 1));
  if (Object.keys(missing).length > 0) writeJson(path, { ...lock, packages: Object.fromEntries(packages) });
  console.log(`${Object.keys(missing).length} entries added: ${Object.keys(missing).join(' ')}`);
}
